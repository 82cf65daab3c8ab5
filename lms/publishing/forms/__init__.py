"""What may be sent in to publishing, turned into plain data."""

from lms.publishing.forms.courses import BODY_BYTES, ReturnForm, UploadForm, seconds_of
from lms.publishing.forms.packages import PackageForm

__all__ = ["BODY_BYTES", "PackageForm", "ReturnForm", "UploadForm", "seconds_of"]
