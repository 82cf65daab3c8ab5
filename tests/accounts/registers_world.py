"""What addresses of audit, catalogues and regions can name, for the matrix of who may call what."""

from uuid import uuid4

from lms.accounts.actions import audit_exports
from lms.accounts.queries.audit import Filters
from lms.foundation.database import transaction
from tests.people import Cast


def registers_of(cast: Cast) -> dict[str, object]:
    """The auditor's export."""
    auditor = cast.principal("fangyu")
    with transaction(auditor):
        export_id = audit_exports.request_export(Filters(), "检查", str(uuid4()), auditor)
    return {"audit_export_id": export_id}
