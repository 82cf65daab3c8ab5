"""What waits for somebody, gathered from every capability below, what is due first in front."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import partial
from uuid import UUID

from lms.accounts import inbox as accounts_inbox
from lms.accounts import noticing
from lms.accounts import queries as accounts
from lms.cohorts import inbox as cohorts_inbox
from lms.cohorts import queries as cohorts
from lms.foundation import clock, working_days
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal
from lms.foundation.todo import Ask, Source, TodoItem
from lms.inspections import inbox as inspections_inbox
from lms.learning import inbox as learning_inbox
from lms.plans import queries as plans
from lms.publishing import inbox as publishing_inbox
from lms.publishing import queries as publishing
from lms.reporting import rules
from lms.reporting.rules import Place
from lms.subsidies import queries as subsidies

SOURCES: tuple[Source, ...] = (
    *cohorts_inbox.SOURCES,
    *publishing_inbox.SOURCES,
    *accounts_inbox.SOURCES,
    *learning_inbox.SOURCES,
    *inspections_inbox.SOURCES,
)


def _to_export(principal: Principal) -> list[TodoItem]:
    """Classes that have ended and whose hours nobody has exported, for who exports hours."""
    if not principal.may(Permission.HOURS_EXPORT_FULL):
        return []
    closed = cohorts.closed_cohorts(principal)
    done = subsidies.exported({one.id for one, _ in closed})
    names = accounts.organisations({one.tenant_id for one, _ in closed})
    return [
        TodoItem(
            "学时导出", f"{one.title}结班，还没导出学时", names[one.tenant_id].name, "subsidies.exports",
            {"cohort": one.id}, one.id, since, plan_code=one.plan_code,
        )
        for one, since in closed
        if one.id not in done
    ]  # fmt: skip


LISTS: tuple[Callable[[Principal], list[TodoItem]], ...] = (
    cohorts_inbox.todo,
    publishing.todo,
    accounts_inbox.todo,
    accounts.todo_people,
    noticing.todo,
    _to_export,
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    """One line of the inbox: the item, its limit in tone and words, who looks after it, and what of it can be batched."""

    item: TodoItem
    place: Place
    tone: str
    limit: str
    owner: str
    lent: bool
    batch: bool


@dataclass(frozen=True)
class Inbox:
    """A page of the inbox; `counts` holds every kind with how many wait, `rest` the address of the next page."""

    lines: tuple[Line, ...]
    counts: dict[str, int]
    rest: str

    @property
    def total(self) -> int:
        """How many wait in all."""
        return sum(self.counts.values())


def sources_of(principal: Principal) -> list[Source]:
    """The kinds that the principal may decide on."""
    return [source for source in SOURCES if principal.may(source.needs)]


def source(kind: str, principal: Principal) -> Source | None:
    """The source of a kind, of those that the principal may decide on."""
    return next((one for one in sources_of(principal) if one.kind == kind), None)


def inbox(
    principal: Principal, *, kind: str = "", plan_code: str = "", begin: str = "", mine: bool = False, size: int = 50
) -> Inbox:
    """A page of what waits for the principal: of one kind or plan where named, from a place on."""
    place = rules.from_text(begin)
    listed = _listed(principal, plan_code, mine)
    counts = {} if mine else {one.kind: one.count(principal, plan_code) for one in sources_of(principal)}
    for item in listed:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    wanted = [one for one in sources_of(principal) if kind in ("", one.kind) and counts.get(one.kind)]
    found = [(_place(item), item) for item in listed if kind in ("", item.kind)]
    for one in wanted:
        found += [(_place(item), item) for item in _page(one, principal, place, plan_code, size + 1)]
    found = sorted((pair for pair in found if place is None or pair[0] > place), key=lambda pair: pair[0])
    lines = _lines([item for _, item in found[:size]], principal)
    rest = rules.as_text(lines[-1].place) if len(found) > size else ""
    return Inbox(tuple(lines), {name: count for name, count in counts.items() if count}, rest)


def plan_titles() -> dict[str, str]:
    """The plans by code, for the filter."""
    return {programme.plan_code: programme.plan for programme in plans.programmes()}


def _listed(principal: Principal, plan_code: str, mine: bool) -> list[TodoItem]:
    """The short lists, each item with who looks after it now."""
    found = [item for gather in LISTS for item in gather(principal)]
    owners = {item.owner for item in found if item.owner}
    now = accounts.present_owners(principal.tenant(), owners) if owners and principal.organisations else {}
    found = [replace(item, owner=now.get(item.owner, item.owner)) if item.owner else item for item in found]
    found = [item for item in found if plan_code in ("", item.plan_code)]
    return [item for item in found if item.owner == principal.person_id] if mine else found


def _page(one: Source, principal: Principal, place: Place | None, plan_code: str, limit: int) -> list[TodoItem]:
    mark = rules.after(place, _reaches(one), _midnight) if place else None
    items = one.page(principal, Ask(mark, limit, plan_code))
    if one.working_days is None:
        return items
    return [replace(item, due=working_days.deadline(item.since or EPOCH, one.working_days)) for item in items]


def _reaches(one: Source) -> Callable[[date], date] | None:
    return None if one.working_days is None else partial(working_days.add, n=one.working_days)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.SHANGHAI).astimezone(UTC)


def _place(item: TodoItem) -> Place:
    due = clock.local(item.due).date() if item.due else rules.NEVER
    return Place(due, item.since or EPOCH, item.subject_id)


def _lines(items: list[TodoItem], principal: Principal) -> list[Line]:
    names = accounts.names_of({item.owner for item in items if item.owner})
    lent = {permission for permission, _ in principal.lent}
    kinds = {one.kind: one for one in sources_of(principal)}
    return [_line(item, names, kinds.get(item.kind), lent) for item in items]


def _line(item: TodoItem, names: dict[UUID, str], one: Source | None, lent: set[Permission]) -> Line:
    today, place = clock.today(), _place(item)
    due = None if place.due == rules.NEVER else place.due
    left = working_days.between(today, due) if due else 0
    tone, words = rules.limit_words(due, today, left)
    owner = names.get(item.owner, "") if item.owner else ""
    return Line(
        item, place, tone, words, owner, bool(one and one.needs in lent), bool(one and one.batch and item.since)
    )
