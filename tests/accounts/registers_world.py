"""What addresses of audit, catalogues and regions can name, for the matrix of who may call what."""

from uuid import uuid4

from lms.accounts.actions import audit_exports, catalogues, regions
from lms.accounts.queries.audit import Filters
from lms.accounts.rules.catalogues import Catalogue, Facts, Step
from lms.foundation.database import transaction
from tests.people import Cast


def registers_of(cast: Cast) -> dict[str, object]:
    """The auditor's export, the school in notice for the catalogue, a list of places."""
    auditor = cast.principal("fangyu")
    with transaction(auditor):
        export_id = audit_exports.request_export(Filters(), "检查", str(uuid4()), auditor)
    administrator, facts = cast.principal("hequan"), Facts("安颐", "training_institution", "", ("P06",), "")
    asked = (Catalogue.INSTITUTION, cast.organisations["anyi"], Step.PROPOSE_ENTRY, facts, "材料齐全", 0)
    with transaction(administrator):
        catalogues.take(*asked, administrator)
    places, reaches_all = regions.read("代码,名称\n440606005201,文秀社区\n".encode()), cast.principal("haoran")
    with transaction(reaches_all):
        import_id = regions.keep(regions.compare(places), "名单.csv", reaches_all)
    return {"audit_export_id": export_id, "catalogue": "institution", "region_import_id": import_id}
