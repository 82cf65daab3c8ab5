"""The page of an institution's second person: a course before it is sent to the authority."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for

from lms.accounts import queries as accounts
from lms.foundation.database import transaction
from lms.foundation.errors import NotFound
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.plans import queries as plans
from lms.publishing import actions, queries
from lms.publishing.actions.second_looks import PACKAGE
from lms.publishing.forms.second_look import LookForm
from lms.publishing.routes.courses import bp, content_of


@bp.route("/packages/<uuid:version_id>/second-look", methods=["GET", "POST"])
@allow(Permission.FILING_APPROVE)
def check(version_id: UUID) -> Any:
    """Show a course to the second person, and take what they say."""
    with transaction(current()):
        found = queries.version(version_id)
        if found.tenant_id not in current().organisations:
            raise NotFound()
        lessons, programme = queries.lessons_of(version_id), plans.programme(found.programme_code)
        look = accounts.second_look_of(PACKAGE, version_id)
        asked = accounts.names_of({look.asked_by}) if look else {}
    form = LookForm(seen=found.content_hash or "")
    if form.validate_on_submit():
        said = {"approve": form.verdict.data == "yes", "reason": form.reason.data or "", "seen": form.seen.data or ""}
        with transaction(current()):
            actions.submit_checked(version_id, **said)
        return redirect(url_for("publishing.check", version_id=version_id), 303)
    shows = {"look": look, "asked": asked, "me": current().person_id, "form": form, "programme": programme}
    page = render_template("publishing/second_look.html", version=found, **shows, **content_of(found, lessons))
    return page, 422 if any(field.errors for field in form) else 200
