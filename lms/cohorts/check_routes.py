"""The pages of an institution's second person: a class before it is filed, people before they join a filed one."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for

from lms.accounts import queries as accounts
from lms.accounts.rules.identity import masked_id_number
from lms.cohorts import queries, teaching
from lms.cohorts.actions import checking, enrolling, filing
from lms.cohorts.forms import LookForm
from lms.cohorts.routes import PEOPLE_ON_A_PAGE, bp, people_of
from lms.foundation.database import transaction
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current

NAMES_ON_A_PAGE = 100


@bp.route("/<uuid:cohort_id>/check", methods=["GET", "POST"])
@allow(Permission.FILING_APPROVE)
def check(cohort_id: UUID) -> Any:
    """Show a class to the second person, and take what they say."""
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
        look = accounts.second_look_of(filing.FILING, cohort_id)
        asked = accounts.names_of({look.asked_by}) if look else {}
        taught, seen = teaching.taught_in(cohort), filing.digest(cohort_id)
        teacher = accounts.teacher_named(cohort.tenant_id, cohort.teacher)
        rows = people_of(cohort_id, 1)
    form = LookForm(seen=seen)
    if form.validate_on_submit():
        said = {"approve": form.verdict.data == "yes", "reason": form.reason.data or "", "seen": form.seen.data or ""}
        with transaction(current()):
            filing.file_checked(cohort_id, **said, principal=current())
        return redirect(url_for("cohorts.check", cohort_id=cohort_id), 303)
    shows = {
        "teaching": taught,
        "look": look,
        "asked": asked,
        "rows": rows,
        "most": PEOPLE_ON_A_PAGE,
        "teacher": teacher,
    }
    return render_template(
        "cohorts/second_look.html", cohort=cohort, form=form, me=current().person_id, **shows
    ), _status(form)


@bp.route("/<uuid:cohort_id>/roster/<uuid:import_id>/check", methods=["GET", "POST"])
@allow(Permission.FILING_APPROVE)
def check_roster(cohort_id: UUID, import_id: UUID) -> Any:
    """Show people who would join a filed class to the second person, and take what they say."""
    with transaction(current()):
        cohort = queries.own_cohort(cohort_id, current())
        kept, blob = queries.roster_import(cohort_id, import_id), queries.sealed_content(import_id)
        look, seen = accounts.second_look_of(checking.ROSTER, import_id), checking.digest(import_id)
        asked = accounts.names_of({look.asked_by}) if look else {}
    found = enrolling.opened(import_id, blob)
    form = LookForm(seen=seen)
    if form.validate_on_submit():
        yes = form.verdict.data == "yes"
        prepared = enrolling.prepare(import_id, found) if yes else None
        said = {"reason": form.reason.data or "", "seen": form.seen.data or ""}
        with transaction(current()):
            checking.roster_checked(prepared, cohort_id, import_id, **said, principal=current())
        return redirect(url_for("cohorts.check_roster", cohort_id=cohort_id, import_id=import_id), 303)
    names = [(one.name, masked_id_number(one.id_number)) for one in found.roster.good[:NAMES_ON_A_PAGE]]
    shows = {"kept": kept, "look": look, "asked": asked, "names": names, "me": current().person_id}
    return render_template("cohorts/second_roster.html", cohort=cohort, form=form, **shows), _status(form)


def _status(form: LookForm) -> int:
    return 422 if any(field.errors for field in form) else 200
