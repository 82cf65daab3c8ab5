"""What changes something comes from a page of ours: a second lock beside the CSRF token.

Packages run on a sibling host, which browsers count as the same site: cookies of ours go with what they send here.
"""

from flask import Flask, request

from lms.accounts.sessions import COOKIE
from lms.config import settings
from lms.foundation.errors import LMSError

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# A browser that the person told to send a form, not another page: typed, from a bookmark, reloaded.
OWN = frozenset({"same-origin", "none"})


class FromElsewhere(LMSError):
    """Another site sent this in somebody's name (403)."""

    status = 403
    code = "from_elsewhere"
    default = "这一步不是从雁学的页面上发来的，没有办。回到雁学，在页面上再做一次"


def init_app(app: Flask) -> None:
    """Ask before anything else does."""
    app.before_request(_check)


def _check() -> None:
    """Refuse what would change something with our cookie and is not from our own pages.

    Machines carry keys and no cookie; browsers say where a request comes from, in one header or the other.
    """
    if request.method in SAFE or COOKIE not in request.cookies:
        return
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if (origin is not None and origin != settings().app_origin) or (site is not None and site not in OWN):
        raise FromElsewhere()
