"""The administrator's inbox."""

from typing import Any

from flask import Blueprint, render_template

from lms.foundation.database import transaction
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.reporting import queries

bp = Blueprint("reporting", __name__)


@bp.get("/inbox")
@allow(Permission.INBOX_READ)
def inbox() -> Any:
    """What waits for a decision."""
    with transaction(current()):
        items = queries.inbox(current())
    return render_template("reporting/inbox.html", items=items)
