"""Taking in a package at once, for a system that waits for the answer; pages queue a check instead."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from courses.course import Format, Refused
from courses.packages import Upload
from lms.accounts import queries as accounts
from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.principal import Principal
from lms.plans import queries as plans
from lms.publishing import actions, files, queries
from lms.publishing.actions import Offer
from lms.publishing.checking import Outcome, check_package
from media.storage import sha256_of

_platform = Principal.system_of("import")


def import_now(
    tenant_id: UUID,
    upload: Upload,
    title: str = "",
    *,
    person_id: UUID,
    programme_code: str = "",
    formats: tuple[Format, ...] = (),
) -> UUID:
    """Gate, read and store a package of any format, or of `formats`; gives the version, checked, that nobody has reviewed.

    The same file again is the same version. Outside any transaction. Raises courses.course.Refused with every finding;
    then nothing is left behind. Without a programme it stands under the first of the plans.
    """
    kept = _told(upload)
    with transaction(_platform):
        region = accounts.organisation(tenant_id).region_code
        programme = plans.programme(programme_code) if programme_code else plans.programmes()[0]
        twin = queries.by_source(tenant_id, programme.code, files.source_hash(kept))
    if twin is not None:
        return twin.id
    outcome = _checked(upload, title, formats)
    if outcome.refused:
        raise Refused(*outcome.findings)
    place = (region, programme.code, programme.plan_code)
    offer = Offer(tenant_id, *place, title, 0, uuid4(), kept, uploaded_by=person_id)
    with transaction(_platform):
        return actions.receive_checked(offer, outcome)


def _told(upload: Upload) -> dict[str, files.KeptFile]:
    """What is written down of the file; its members are kept, itself it is not."""
    with upload.path.open("rb") as file:
        digest = sha256_of(file)
    return {"package": files.KeptFile("package", "", upload.name[:200], upload.path.stat().st_size, digest)}


def _checked(upload: Upload, title: str, formats: tuple[Format, ...]) -> Outcome:
    room = settings().data / "incoming"
    room.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=room, ignore_cleanup_errors=True) as folder:
        return check_package(upload, title, 0, Path(folder), lambda *_: None, formats)
