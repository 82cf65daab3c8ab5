"""What the record store adds to the copy of a person's own data."""

from typing import Any
from uuid import UUID

from lms.foundation import clock
from lms.lrs import outlook, reading
from lms.lrs.rules.parameters import Question

MOST = 2000


def copy_of(person_id: UUID) -> dict[str, Any]:
    """The newest records of a person in plain words; the whole, as xAPI, is a file of its own (records.my_file)."""
    tenants = sorted({place.tenant_id for place in outlook.outlook().places(person_id)})
    told: list[dict[str, str]] = []
    older: int | None = None
    while len(told) < MOST:
        page = reading.merged(tenants, Question(agent=reading.agent_of(person_id), cursor=older))
        told += [_row(item) for item in page.items]
        older = page.older
        if older is None:
            break
    return {"学习记录": told[:MOST]}


def _row(item: reading.Item) -> dict[str, str]:
    return {"时间": f"{clock.local(item.at):%Y-%m-%d %H:%M:%S}", "做了什么": item.words, "谁记的": item.authority}
