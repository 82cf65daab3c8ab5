"""A key, a forwarding, an import and a record of the school anyi, for the matrix of who may call what."""

from io import BytesIO
from uuid import UUID, uuid4

from sqlalchemy import text

from lms.foundation.database import transaction
from lms.lrs import forwarding, importing, issuing
from tests.learning.classroom import Classroom
from tests.people import SYSTEM, Cast


def records_of(cast: Cast, room: Classroom) -> dict[str, object]:
    """Ids by the name that routes give them; the record is of the class of the room."""
    school, clerk = cast.organisations["anyi"], cast.principal("liumin")
    file = importing.store_file(BytesIO(b"{}"))
    wanted = forwarding.Wanted("省平台", "http://127.0.0.1:9/xapi", "key", "secret", (), from_now=True)
    with transaction(clerk):
        key = issuing.issue(school, "县域平台", "试用", ("all",))
        forwarding_id = forwarding.set_up(school, wanted)
        import_id = importing.ask(school, "记录.json", file, "1.0.3", str(uuid4()))
    ids: dict[str, object] = {"key_id": key.id, "forwarding_id": forwarding_id, "record_import_id": import_id}
    return ids | {"statement_id": newest(school), "person_id": cast.xiulan}


def newest(school: UUID) -> UUID:
    """The newest record of a school."""
    with transaction(SYSTEM) as session:
        found: UUID = session.scalars(
            text("select id from lrs_statement where tenant_id = :school order by seq desc limit 1"), {"school": school}
        ).one()
    return found
