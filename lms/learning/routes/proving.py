"""确认是你本人: before time counts, where the programme asks for it; and the clerk who saw people in the classroom."""

from collections import Counter
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, session, url_for

from lms.accounts import faces
from lms.accounts import queries as accounts
from lms.accounts.routes.second_factor import CHALLENGE
from lms.accounts.rules.consents import for_faces_of
from lms.accounts.signing_in import codes, factors, passkeys, phones, visits
from lms.cohorts import queries as cohorts
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound, Refused
from lms.foundation.permissions import Permission, allow
from lms.foundation.principal import current
from lms.learning import queries
from lms.learning.actions import proving
from lms.learning.models import Registration
from lms.learning.proof_forms import AttestForm, ProofCodeForm, ticked
from lms.learning.queries import proofs as found_proofs
from lms.learning.routes.blueprint import STUDY, bp, own_course
from lms.learning.rules import proofs
from lms.learning.rules.proofs import Method
from lms.plans.rules import HourPolicy

CODE = "study_proof"
# Our own pages, and one frame of our own: the cage in which a provider of faces looks at the browser.
FRAMED = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self';"
    " manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@bp.route("/courses/<uuid:registration_id>/identity", methods=["GET", "POST"])
@allow(STUDY)
def identity(registration_id: UUID) -> Any:
    """Prove who you are by the code that came to your phone, or see how long your proof still holds."""
    form = ProofCodeForm()
    with transaction(current()):
        course = own_course(registration_id)
    if form.validate_on_submit() and CODE in session:
        kept = session[CODE]
        try:
            codes.prove(UUID(kept["code"]), bytes.fromhex(kept["phone"]), (form.code.data or "").strip(), _visit())
            session.pop(CODE)
            _keep(registration_id, Method.CODE)
            return redirect(url_for("learning.course", registration_id=course.registration.id), 303)
        except Refused as refusal:
            form.code.errors = [refusal.sentence]
    return identity_page(registration_id, form), 422 if form.errors else 200


@bp.post("/courses/<uuid:registration_id>/identity/code")
@allow(STUDY)
def identity_code(registration_id: UUID) -> Any:
    """Send a code to the registered phone."""
    with transaction(current()):
        own_course(registration_id)
    session[CODE] = phones.code_to_own(current().person(), _visit())
    return redirect(url_for("learning.identity", registration_id=registration_id), 303)


@bp.post("/courses/<uuid:registration_id>/identity/passkey")
@allow(STUDY)
def identity_passkey(registration_id: UUID) -> Any:
    """Take what the phone's passkey answered (JSON)."""
    with transaction(current()):
        own_course(registration_id)
    challenge, credential = session.pop(CHALLENGE, ""), request.get_json(silent=True)
    if not challenge or not isinstance(credential, dict):
        raise Refused(passkeys.NOT_TAKEN, code="passkey_refused")
    passkeys.check(credential, challenge, current().person())
    _keep(registration_id, Method.PASSKEY)
    return {"to": url_for("learning.course", registration_id=registration_id)}


@bp.route("/cohorts/<uuid:cohort_id>/attest", methods=["GET", "POST"])
@allow(Permission.COHORT_FILE)
def attest(cohort_id: UUID) -> Any:
    """Say who of a class is in the classroom today: the page of the clerk or the teacher."""
    form, told = AttestForm(), ""
    people = ticked(request.form)
    if form.validate_on_submit():
        try:
            with transaction(current()):
                count = proving.attest(cohort_id, people, current())
            return redirect(url_for("learning.attest", cohort_id=cohort_id, done=count), 303)
        except Refused as refusal:
            told = refusal.sentence
    with transaction(current()):
        cohort = cohorts.cohort(cohort_id)
        shares = _roll(cohort)
    shares |= {"ticked": people, "told": told, "today": clock.today(), "open": cohorts.is_open(cohort, clock.today())}
    page = render_template("learning/attest.html", form=form, cohort=cohort, **shares)
    return page, 422 if told else 200


def _roll(cohort: cohorts.CohortView) -> dict[str, Any]:
    """The class as a roll: who was seen today and who was not, and for how long a confirmation holds (0: nobody asks)."""
    members = accounts.people(cohorts.members(cohort.id))
    seen = found_proofs.attested_today(cohort.id)
    rows = sorted(members.values(), key=lambda one: proofs.by_sound(one.name))
    policy = found_proofs.policy_of_class(cohort)
    names = Counter(one.name for one in rows)
    return {
        "rows": rows,
        "left": [one for one in rows if one.id not in seen],
        "done": [one for one in rows if one.id in seen],
        "namesakes": {name for name, many in names.items() if many > 1},
        "minutes": policy.identity_valid_minutes if policy and policy.identity_level else 0,
    }


def identity_page(registration_id: UUID, form: ProofCodeForm | None = None, told: str = "") -> Any:
    """The ways that are open to the person, or how long their proof still holds; `told` is what went wrong elsewhere."""
    with transaction(current()):
        course = own_course(registration_id)
        policy = queries.policy_of(course)
        shares = _proof(policy) | _ways(policy, bool(course.cohort.place.strip()))
    shares |= {"own": factors.factors_of(current().person()), "sent": session.get(CODE, {}), "told": told}
    shares |= {"form": form or ProofCodeForm(), "course": course, "policy": policy, "proofs": proofs}
    answer = Response(render_template("learning/identity.html", **shares))
    if shares["caged"] and not shares["holds"]:
        answer.headers["Content-Security-Policy"] = FRAMED
    return answer


def _proof(policy: HourPolicy | None) -> dict[str, Any]:
    """What the policy asks for, and the newest proof that is as good."""
    level = policy.identity_level if policy else 0
    proof = found_proofs.newest_proof(current().person(), level or 1)
    holds = policy is not None and proofs.enough(proof, policy, clock.now())
    until = proofs.valid_until(proof, policy) if proof and policy else None
    return {"level": level, "proof": proof, "holds": holds, "until": until}


def _ways(policy: HourPolicy | None, has_room: bool) -> dict[str, Any]:
    """Which ways are offered; whether the person has agreed to a face, and the provider must see the browser first."""
    me, here = current().person(), faces.looks()
    has_phone = bool(accounts.person(me).masked_phone)
    comparable = here is not None and faces.subject_of(me) is not None
    level = policy.identity_level if policy else 0
    offered = proofs.offered(level, has_phone=has_phone, has_room=has_room, faces=comparable)
    agreed = here is not None and accounts.has_consented(me, for_faces_of(here.provider.name))
    caged = agreed and Method.FACE in offered and here is not None and bool(here.provider.device_script)
    return {"offered": offered, "here": here, "agreed": agreed, "caged": caged}


def _keep(registration_id: UUID, method: Method) -> None:
    with transaction(current()):
        mine = db.session.get(Registration, registration_id)
        if mine is None or mine.person_id != current().person():
            raise NotFound()
        proving.keep(mine, method)


def _visit() -> visits.Visit:
    return visits.Visit(request.remote_addr or "", request.cookies.get(visits.COOKIE, ""))
