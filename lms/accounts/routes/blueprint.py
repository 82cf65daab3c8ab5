"""The blueprint of the front door, and where its links may lead."""

from urllib.parse import urlsplit

from flask import Blueprint

bp = Blueprint("accounts", __name__)


def own_path(address: str) -> str:
    """A path of this site, or the home page: nobody is sent elsewhere by a link."""
    parts = urlsplit(address.replace("\\", "/"))
    safe = not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")
    return address if safe else "/"
