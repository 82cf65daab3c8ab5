"""The doors of people, organisations and sign-in."""

from lms.accounts.routes import front, signing_in
from lms.accounts.routes.blueprint import bp

__all__ = ["bp", "front", "signing_in"]
