"""A face compared by a provider that the operator has an account with: prepared and asked for from server to server."""

from lms.accounts.faces.looking import Looks, find, init_app, looks, open_looks, start, subject_of

__all__ = ["Looks", "find", "init_app", "looks", "open_looks", "start", "subject_of"]
