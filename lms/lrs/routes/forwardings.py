"""Pages about forwarding: where records go on to, how far it is, what was refused there."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for

from lms.accounts import queries as accounts
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.lrs import forwarding, outlook
from lms.lrs.forms import ForwardingForm
from lms.lrs.outside import Unreachable, connection
from lms.lrs.routes.keys import choices_into
from lms.lrs.routes.pages import pages
from lms.lrs.rules.vocabulary import Verb

EXCHANGE = Permission.RECORD_EXCHANGE
WORDS = {verb.value: verb.words["zh-CN"] for verb in Verb}


@pages.get("/forwardings")
@allow(EXCHANGE)
def forwardings() -> Any:
    """All forwardings, and a form for a new one."""
    form = ForwardingForm(formdata=None)
    return _page(form, choices_into(form))


@pages.post("/forwardings")
@allow(EXCHANGE)
def set_up_forwarding() -> Any:
    """Begin one; an address that leads inwards is refused before anything is kept."""
    form = ForwardingForm()
    tenants = choices_into(form)
    if not form.validate_on_submit() or not _may_be_spoken_to(form):
        return _page(form, tenants), 422
    chosen = form.verbs.data or ()
    wanted = (form.name.data, form.endpoint.data, form.username.data, form.secret.data, tuple(chosen))
    try:
        with transaction(current()):
            made = forwarding.set_up(form.tenant, forwarding.Wanted(*wanted, form.start.data == "now"))
    except Refused as refusal:
        form.name.errors = [refusal.sentence]
        return _page(form, tenants), 422
    return redirect(url_for("records.forwarding_page", forwarding_id=made), 303)


@pages.get("/forwardings/<uuid:forwarding_id>")
@allow(EXCHANGE)
def forwarding_page(forwarding_id: UUID) -> Any:
    """How far it is, why it waits, what was refused there."""
    with transaction(current()):
        found, dead = forwarding.view(forwarding_id, outlook.tenants_answered_for(current()))
        owner = accounts.organisation(found.tenant_id)
    return render_template("lrs/forwarding.html", f=found, dead=dead, owner=owner, words=WORDS, most=forwarding.COUNTED)


@pages.post("/forwardings/<uuid:forwarding_id>/pause")
@allow(EXCHANGE)
def pause_forwarding(forwarding_id: UUID) -> Any:
    """Stop sending; what comes meanwhile waits."""
    return _turned(forwarding_id, active=False)


@pages.post("/forwardings/<uuid:forwarding_id>/resume")
@allow(EXCHANGE)
def resume_forwarding(forwarding_id: UUID) -> Any:
    """Go on, at once."""
    return _turned(forwarding_id, active=True)


@pages.post("/forwardings/<uuid:forwarding_id>/resend")
@allow(EXCHANGE)
def resend_letters(forwarding_id: UUID) -> Any:
    """Send once more what was refused there."""
    with transaction(current()):
        forwarding.send_again(forwarding_id, outlook.tenants_answered_for(current()))
    return redirect(url_for("records.forwarding_page", forwarding_id=forwarding_id), 303)


def _turned(forwarding_id: UUID, *, active: bool) -> Any:
    with transaction(current()):
        forwarding.turn(forwarding_id, outlook.tenants_answered_for(current()), active=active)
    return redirect(url_for("records.forwarding_page", forwarding_id=forwarding_id), 303)


def _may_be_spoken_to(form: ForwardingForm) -> bool:
    """The name is looked up here, outside any transaction; nothing is sent yet."""
    try:
        connection(form.endpoint.data).close()
    except Unreachable as problem:
        form.endpoint.errors = [str(problem)]
        return False
    return True


def _page(form: ForwardingForm, tenants: dict[UUID, accounts.OrganisationView]) -> str:
    with transaction(current()):
        found = forwarding.views(tenants)
    return render_template("lrs/forwardings.html", form=form, found=found, tenants=tenants, most=forwarding.COUNTED)
