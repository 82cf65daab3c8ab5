"""Keys for systems outside that launch courses of cmi5: keys of the record store that open /api/cmi5 and nothing else."""

from uuid import UUID

from lms.accounts import queries as accounts
from lms.accounts.actions import audit
from lms.foundation.errors import NotFound, Refused
from lms.lrs import keys

SCOPE = "courses"
NOBODY = "这家机构还没有工作人员，先请一位，密钥要有人负责"


def issue(tenant_id: UUID, name: str, person_id: UUID | None = None) -> keys.Issued:
    """A new key of an organisation; `person_id` answers for what comes in by it, one of its staff.

    Raises NotFound for somebody who is not of the staff, Refused where there is no staff yet.
    """
    staff = [colleague.person_id for colleague in accounts.colleagues(tenant_id)]
    if not staff:
        raise Refused(NOBODY, code="no_staff")
    if person_id is not None and person_id not in staff:
        raise NotFound()
    made = keys.issue(tenant_id, name, (SCOPE,), purpose="课程接口 /api/cmi5", by=person_id or staff[0])
    audit("lrs-key:issue", subject=f"lrs_key {made.id}", reason=f"{name}：课程接口")
    return made
