"""What waits for a decision of an administrator."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from lms.accounts import queries as accounts
from lms.cohorts import queries as cohorts
from lms.foundation.principal import Principal
from lms.plans import queries as plans
from lms.publishing import queries as publishing


@dataclass(frozen=True)
class Item:
    """One thing to decide: what it is, who asks, since when, and the page where it is decided."""

    kind: str
    title: str
    organisation: str
    plan: str
    since: datetime | None
    endpoint: str
    argument: str
    subject_id: UUID


def inbox(principal: Principal) -> list[Item]:
    """Everything the principal may decide, the longest waiting first."""
    packages = publishing.waiting_for_review()
    filings = cohorts.cohorts_to_decide(principal)
    names = accounts.organisations({v.tenant_id for v in packages} | {c.tenant_id for c in filings})
    titles = {programme.plan_code: programme.plan for programme in plans.programmes()}
    items = [
        Item("课程包", f"{v.title}，第 {v.number} 版", names[v.tenant_id].name, titles[v.plan_code], v.submitted_at,
             "publishing.review", "version_id", v.id)
        for v in packages
    ] + [
        Item("开班", f"{c.title}开班", names[c.tenant_id].name, titles[c.plan_code], c.filed_at,
             "cohorts.review", "cohort_id", c.id)
        for c in filings
    ]  # fmt: skip
    return sorted(items, key=lambda item: (item.since is None, item.since))
