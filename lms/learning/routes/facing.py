"""确认是你本人，用人脸核验: prepared here, looked at on the provider's page, asked for from server to server.

What a browser brings back from the provider is not read: the address names the look, the person's own session whose it is.
"""

from typing import Any
from uuid import UUID, uuid4

from flask import Response, redirect, render_template, request, url_for

from lms.accounts import faces
from lms.accounts.rules.faces import Finding, Outcome, Subject
from lms.accounts.signing_in import limits
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import LMSError, NotFound
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning.actions import facing
from lms.learning.models import Registration
from lms.learning.queries import proofs as found_proofs
from lms.learning.routes.blueprint import STUDY, bp, own_course
from lms.learning.routes.proving import identity_page
from lms.learning.rules import faces as rules
from lms.learning.rules.faces import Ending

# The provider's script runs where there is nothing to take: an origin of its own, no cookie, no way into the page.
CAGE = "sandbox allow-scripts; default-src 'none'; script-src 'self' {}; frame-ancestors 'self'; base-uri 'none'"
MOST_DEVICE = 8000


@bp.post("/courses/<uuid:registration_id>/identity/face")
@allow(STUDY)
def face_begin(registration_id: UUID) -> Any:
    """Prepare a look, if the person has agreed to it; nothing is asked of the provider before."""
    here = _here()
    with transaction(current()):
        own_course(registration_id)
        subject = facing.subject(current().person(), here.provider.name)
    if subject is None:
        return redirect(url_for("people.face_consent", next=url_for(".identity", registration_id=registration_id)), 303)
    try:
        limits.spend([(rules.LOOKS_PERSON, current().person().bytes)])
        face_id = _begun(registration_id, subject)
    except LMSError as problem:
        return identity_page(registration_id, told=problem.sentence), problem.status
    return redirect(url_for(".face", registration_id=registration_id, face_id=face_id), 303)


@bp.get("/courses/<uuid:registration_id>/identity/face/<uuid:face_id>")
@allow(STUDY)
def face(registration_id: UUID, face_id: UUID) -> Any:
    """The step before the provider's page: whose page it is, and the way back."""
    return _look_page(registration_id, face_id)


@bp.get("/courses/<uuid:registration_id>/identity/face/<uuid:face_id>/back")
@allow(STUDY)
def face_back(registration_id: UUID, face_id: UUID) -> Any:
    """Ask the provider what became of the look; a look that passed is a proof, once."""
    told, status = _why_not(registration_id, face_id), 422
    if told is None:
        try:
            told = _asked(registration_id, face_id)
        except LMSError as problem:
            told, status = problem.sentence, problem.status
    if told is not None:
        return _look_page(registration_id, face_id, told), status
    return redirect(url_for(".course", registration_id=registration_id), 303)


@bp.get("/face-device")
@allow(STUDY)
def face_device() -> Any:
    """What the provider's script says of this browser, told to the page around it; the script stays in its cage."""
    script = _here().provider.device_script
    if not script:
        raise NotFound()
    answer = Response(render_template("learning/face_device.html", script=script))
    answer.headers["Content-Security-Policy"] = CAGE.format("/".join(script.split("/")[:3]))
    return answer


def _begun(registration_id: UUID, subject: Subject) -> UUID:
    face_id = uuid4()
    back = url_for(".face_back", registration_id=registration_id, face_id=face_id, _external=True)
    started = faces.start(subject, face_id, back, request.form.get("device", "")[:MOST_DEVICE])
    with transaction(current()):
        facing.begin(_registration(registration_id), _here().provider.name, face_id, started)
    return face_id


def _asked(registration_id: UUID, face_id: UUID) -> str | None:
    """Ask and end the look; why it is no proof, None where it is one."""
    me = current().person()
    limits.spend([(rules.ASKED_PERSON, me.bytes)])
    with transaction(current()):
        row, _ = found_proofs.look(face_id, me, registration_id)
        handle, subject = facing.handle_of(row), facing.subject(me, row.provider)
    if subject is None or row.provider != _here().provider.name:
        return rules.TOO_LATE
    finding = faces.find(handle.token, subject, face_id)
    if finding.outcome is Outcome.NOT_YET:
        return rules.NOT_YET
    ending = _ended(registration_id, face_id, finding)
    return None if ending is Ending.PASSED else rules.SENTENCES[ending]


def _ended(registration_id: UUID, face_id: UUID, finding: Finding) -> Ending:
    with transaction(current()):
        return facing.end(face_id, _registration(registration_id), finding)


def _why_not(registration_id: UUID, face_id: UUID) -> str | None:
    with transaction(current()):
        own_course(registration_id)
        _, look = found_proofs.look(face_id, current().person(), registration_id)
    return rules.why_not(look, clock.now())


def _look_page(registration_id: UUID, face_id: UUID, told: str = "") -> str:
    with transaction(current()):
        course = own_course(registration_id)
        row, look = found_proofs.look(face_id, current().person(), registration_id)
        url = facing.handle_of(row).url if look.open(clock.now()) and row.handle else ""
    why = told or rules.why_not(look, clock.now()) or ""
    shares = {"url": url, "told": why, "provider": rules.PROVIDERS.get(row.provider, row.provider)}
    return render_template("learning/face.html", course=course, face_id=face_id, **shares)


def _registration(registration_id: UUID) -> Registration:
    mine = db.session.get(Registration, registration_id)
    if mine is None or mine.person_id != current().person():
        raise NotFound()
    return mine


def _here() -> faces.Looks:
    here = faces.looks()
    if here is None:
        raise NotFound()
    return here
