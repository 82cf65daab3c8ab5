"""What addresses of audit, catalogues and regions can name, for the matrix of who may call what."""

from uuid import uuid4

from lms.accounts.actions import audit_exports, catalogues
from lms.accounts.queries.audit import Filters
from lms.accounts.rules.catalogues import Catalogue, Facts, Step
from lms.foundation.database import transaction
from tests.people import Cast


def registers_of(cast: Cast) -> dict[str, object]:
    """The auditor's export, and the school in notice for the catalogue."""
    auditor = cast.principal("fangyu")
    with transaction(auditor):
        export_id = audit_exports.request_export(Filters(), "检查", str(uuid4()), auditor)
    administrator, facts = cast.principal("hequan"), Facts("安颐", "training_institution", "", ("P06",), "")
    asked = (Catalogue.INSTITUTION, cast.organisations["anyi"], Step.PROPOSE_ENTRY, facts, "材料齐全", 0)
    with transaction(administrator):
        catalogues.take(*asked, administrator)
    return {"audit_export_id": export_id, "catalogue": "institution", "organisation_id": cast.organisations["anyi"]}
