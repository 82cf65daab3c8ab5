"""What may be sent in to publishing, turned into plain data."""

from lms.publishing.forms.courses import BODY_BYTES, ReturnForm, UploadForm, seconds_of

__all__ = ["BODY_BYTES", "ReturnForm", "UploadForm", "seconds_of"]
