"""站外网站: which hosts abroad the pages of a package may reach; what browsers stopped says what it asks for."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for

from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.learning.actions import abroad
from lms.learning.host_forms import HostForm
from lms.learning.queries import hosts as asked
from lms.learning.routes.blueprint import bp
from lms.learning.routes.previews import home_of, seen
from lms.publishing import queries as publishing

REVIEW = Permission.PACKAGE_REVIEW


@bp.get("/versions/<uuid:version_id>/hosts")
@allow(REVIEW)
def hosts(version_id: UUID) -> Any:
    """The hosts that a package may reach, and those that browsers kept it from."""
    return _page(version_id, HostForm())


@bp.post("/versions/<uuid:version_id>/hosts")
@allow(REVIEW)
def change_hosts(version_id: UUID) -> Any:
    """Let the package reach a host, or no longer."""
    form = HostForm()
    if not form.validate_on_submit():
        return _page(version_id, form), 422
    try:
        with transaction(current()):
            version = seen(publishing.version(version_id))
            if request.form.get("do") == "forbid":
                abroad.forbid(version, form.host.data or "")
            else:
                abroad.let(version, form.host.data or "", current().person())
    except Refused as refusal:
        form.host.errors = [refusal.sentence]
        return _page(version_id, form), 422
    return redirect(url_for("learning.hosts", version_id=version_id), 303)


def _page(version_id: UUID, form: HostForm) -> str:
    with transaction(current()):
        version = seen(publishing.version(version_id))
        allowed, blocked = asked.allowed_hosts(version.package_id), asked.blocked_hosts(version_id)
    waiting = [one for one in blocked if one.host not in allowed]
    told = {"version": version, "allowed": allowed, "blocked": waiting, "form": form}
    return render_template("learning/package_hosts.html", back=home_of(version_id), **told)
