"""A look at a face: prepared for one person in one course, ended once, and a proof if it passed.

The provider is asked by the route, between these transactions and never inside one.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import exists, select, update
from sqlalchemy.exc import IntegrityError

from lms.accounts import queries as accounts
from lms.accounts.actions import audit
from lms.accounts.events import PersonErased
from lms.accounts.faces import subject_of
from lms.accounts.rules.consents import for_faces_of
from lms.accounts.rules.faces import Finding, Started, Subject
from lms.foundation import clock, secrets
from lms.foundation.database import db, widened
from lms.foundation.errors import Conflict, NotFound
from lms.learning.actions import proving
from lms.learning.models import FaceLook, FaceResult, Registration
from lms.learning.rules import faces as rules
from lms.learning.rules.faces import Ending
from lms.learning.rules.proofs import Method

AGAIN = "服务商给了一个用过的编号，这一次不算。换一种办法确认，或者过几分钟再来"


@dataclass(frozen=True)
class Handle:
    """What names a look at its provider, and the page that the person opens."""

    token: str
    url: str

    def __repr__(self) -> str:
        return "Handle()"


def subject(person_id: UUID, provider: str) -> Subject | None:
    """Whom a provider may look at: somebody with a resident card who has agreed to just this."""
    agreed = accounts.has_consented(person_id, for_faces_of(provider))
    return subject_of(person_id) if agreed else None


def begin(registration: Registration, provider: str, face_id: UUID, started: Started) -> None:
    """Keep a look that a provider has prepared; earlier ones of the person are let go. Raises Conflict for a used token."""
    _let_go(registration.person_id)
    token_hash = secrets.blind_index("face token", f"{provider}:{started.token}")
    handle = json.dumps({"token": started.token, "url": started.url})
    at = clock.now()
    look = FaceLook(id=face_id, provider=provider, token_hash=token_hash, **_whose(registration))
    look.registration_id, look.started_at, look.ends_at = registration.id, at, at + rules.LIFE
    look.handle = secrets.seal("face_look", "handle", face_id, handle)
    _unless("uq_face_look_token_hash", Conflict(AGAIN), lambda: db.session.add(look))
    audit("face:start", subject=f"person {registration.person_id}", reason="本人同意，自己点了刷脸")


def handle_of(look: FaceLook) -> Handle:
    """What names a look that goes on; raises NotFound where it was let go."""
    if look.handle is None:
        raise NotFound()
    return Handle(**json.loads(secrets.unseal("face_look", "handle", look.id, look.handle)))


def end(face_id: UUID, registration: Registration, finding: Finding) -> Ending:
    """Write down what became of a look, and the proof if it passed; raises Conflict where somebody was quicker."""
    look = db.session.get(FaceLook, face_id, with_for_update=True)
    if look is None or (look.person_id, look.registration_id) != (registration.person_id, registration.id):
        raise NotFound()
    ended = db.session.scalar(select(exists().where(FaceResult.look_id == face_id)))
    if ended or not accounts.has_consented(look.person_id, for_faces_of(look.provider)):
        raise Conflict(rules.SENTENCES[Ending.PASSED] if ended else rules.TOO_LATE)
    picture = _print_of(finding.picture)
    ending = Ending(finding.outcome)
    if ending is Ending.PASSED and not _proved(registration, face_id, picture):
        ending = Ending.REUSED
    _write(look, ending, finding)
    return ending


def forget(event: PersonErased) -> None:
    """Let go of what names an erased person at a provider; the proofs stay, under the pseudonym."""
    with widened("forget how an erased person is named at a provider"):
        _let_go(event.person_id)


def _proved(registration: Registration, face_id: UUID, picture: bytes | None) -> bool:
    """Keep the proof; False where this picture was shown before, by whomever, and whenever the other one is written."""
    keep = partial(proving.keep, registration, Method.FACE, face_id=face_id, image_hash=picture)
    try:
        _unless("uq_identity_proof_image_hash", Conflict(), keep)
    except Conflict:
        return False
    return True


def _unless(index: str, refusal: Conflict, write: Callable[[], object]) -> None:
    """Write in a savepoint; where the unique index says that it was there before, whoever wrote it, raise the refusal."""
    try:
        with db.session.begin_nested():
            write()
    except IntegrityError as problem:
        if index not in str(problem.orig):
            raise
        raise refusal from None


def _write(look: FaceLook, ending: Ending, finding: Finding) -> None:
    whose = {name: getattr(look, name) for name in ("tenant_id", "region_code", "plan_code", "person_id")}
    said = {"outcome": str(ending), "code": finding.code[:40], "score": finding.score}
    db.session.add(FaceResult(id=uuid4(), look_id=look.id, at=clock.now(), **whose, **said))
    look.handle = None
    db.session.flush()


def _let_go(person_id: UUID) -> None:
    mine = (FaceLook.person_id == person_id) & FaceLook.handle.is_not(None)
    db.session.execute(update(FaceLook).where(mine).values(handle=None))


def _print_of(picture: bytes | None) -> bytes | None:
    """The keyed hash of a picture: it finds the same one again, and says nothing to who has no key."""
    return None if picture is None else secrets.blind_index("face picture", hashlib.sha256(picture).hexdigest())


def _whose(registration: Registration) -> dict[str, object]:
    return {name: getattr(registration, name) for name in ("tenant_id", "region_code", "plan_code", "person_id")}
