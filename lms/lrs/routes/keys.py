"""Pages about keys: who may speak to /xapi, since when and what for."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, url_for
from wtforms.fields.choices import SelectChoice

from lms.accounts import queries as accounts
from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.lrs import issuing, outlook
from lms.lrs.forms import KeyForm
from lms.lrs.keys import Issued
from lms.lrs.routes.pages import pages
from lms.lrs.rules.keys import GRACE, USES

MANAGE = Permission.LRS_KEY_MANAGE


@pages.get("/record-keys")
@allow(MANAGE)
def keys() -> Any:
    """The keys, and a form for a new one."""
    form = KeyForm(formdata=None)
    return _page(form, choices_into(form))


@pages.post("/record-keys")
@allow(MANAGE)
def issue_key() -> Any:
    """Make a key; its secret is on this page and never again."""
    form = KeyForm()
    tenants = choices_into(form)
    if not form.validate_on_submit():
        return _page(form, tenants), 422
    with transaction(current()):
        made = issuing.issue(form.tenant, form.name.data, form.purpose.data, form.scopes)
    return _shown_once(made, form.name.data, replaced=False)


@pages.post("/record-keys/<uuid:key_id>/rotate")
@allow(MANAGE)
def rotate_key(key_id: UUID) -> Any:
    """Make a new key in place of this one."""
    with transaction(current()):
        made = issuing.rotate(key_id, outlook.tenants_answered_for(current()))
    return _shown_once(made, "", replaced=True)


@pages.post("/record-keys/<uuid:key_id>/revoke")
@allow(MANAGE)
def revoke_key(key_id: UUID) -> Any:
    """End a key at once."""
    with transaction(current()):
        issuing.revoke(key_id, outlook.tenants_answered_for(current()))
    return redirect(url_for("records.keys"), 303)


def choices_into(form: Any) -> dict[UUID, accounts.OrganisationView]:
    """The organisations that the person answers for, as choices of the form."""
    with transaction(current()):
        tenants = accounts.organisations(outlook.tenants_answered_for(current()))
    form.tenant_id.choices = [SelectChoice(str(v.id), v.name) for v in sorted(tenants.values(), key=lambda v: v.name)]
    if len(tenants) == 1 and not form.tenant_id.data:
        form.tenant_id.data = form.tenant_id.choices[0].value
    return tenants


def _page(form: KeyForm, tenants: dict[UUID, accounts.OrganisationView]) -> str:
    with transaction(current()):
        found = issuing.views(tenants)
    return render_template("lrs/keys.html", form=form, keys=found, tenants=tenants, uses=USES, endpoint=_endpoint())


def _shown_once(made: Issued, name: str, *, replaced: bool) -> Response:
    hours = GRACE.total_seconds() // 3600 if replaced else 0
    page = make_response(
        render_template("lrs/key.html", made=made, name=name, hours=int(hours), endpoint=_endpoint()), 201
    )
    page.headers["Cache-Control"] = "no-store"
    return page


def _endpoint() -> str:
    return f"{settings().app_origin}/xapi"
