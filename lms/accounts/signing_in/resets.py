"""Helping somebody who cannot sign in: one sees the person and the document and asks, another confirms.

Neither alone can do it, and neither for themself: constraints of the table say so, whatever the code does.
"""

import secrets as random
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from lms.accounts import queries
from lms.accounts.actions.audit import audit
from lms.accounts.models import Membership, Person, Reset
from lms.accounts.queries.staff import still_works
from lms.accounts.rules import limits as most
from lms.accounts.rules import signing_in as terms
from lms.accounts.sessions import end_all_here
from lms.accounts.signing_in import factors, limits, phones
from lms.accounts.signing_in.visits import Visit, desk
from lms.foundation import clock, secrets, sending
from lms.foundation.database import db, transaction, widened
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal
from lms.foundation.todo import TodoItem

SLIP_LENGTH, FOUND_AT_MOST = 12, 20
WRONG_SLIP = "登录条上的号码和身份证后 6 位对不上，或者登录条已经用过、过了时间。找老师再看看"
ONESELF = "不能给自己办，请两位同事帮你"
ELSEWHERE = "这位在别的单位任职，要由他自己的单位办"
TWICE = "这件事已经有人提出，正等第二个人确认"
NOT_YOURS = "这条是你提出的，要等单位里的第二个人确认"
OVER = "这条已经办过，或者过了 3 天没人确认，要重新提出"


class Kind(StrEnum):
    """What is done for somebody."""

    PHONE = "phone"
    SLIP = "slip"
    SECOND_FACTOR = "second_factor"


WORDS = {Kind.PHONE: "换手机号", Kind.SLIP: "开登录条", Kind.SECOND_FACTOR: "重设第二道验证"}


@dataclass(frozen=True)
class Asked:
    """A request that was made; `slip` is shown to who asked, once, and good only when somebody else confirms."""

    id: UUID
    slip: str | None


@dataclass(frozen=True)
class Waiting:
    """A request that waits for the second person; `mine` was asked by who looks."""

    id: UUID
    kind: str
    name: str
    masked_id_number: str
    new_phone: str
    document: str
    reason: str
    asked_by: str
    asked_at: datetime
    mine: bool


def ask(
    person_id: UUID, kind: Kind, *, document: str, reason: str, phone: str | None = None, principal: Principal
) -> Asked:
    """Ask for help on somebody's behalf, having seen them and their document; in the principal's transaction.

    Raises NotFound for people the principal has nothing to do with, Refused for oneself and for staff of others,
    Conflict where the same is waiting already.
    """
    place = _place(person_id, principal)
    reset_id, slip = uuid4(), _new_slip() if kind is Kind.SLIP else None
    values = {"id": reset_id, "created_at": clock.now(), "organisation_id": place, "person_id": person_id}
    values |= {"kind": kind.value, "document": document, "reason": reason, "asked_by": principal.person()}
    values |= {"expires_at": clock.now() + terms.RESET_LIFE, "slip_index": _slip_index(slip) if slip else None}
    values |= _sealed(reset_id, phone) if phone and kind is Kind.PHONE else {}
    _let_lapse(person_id)
    waiting = Reset.verdict.is_(None)
    new = (
        insert(Reset).values(**values).on_conflict_do_nothing(index_elements=["person_id", "kind"], index_where=waiting)
    )
    if db.session.scalar(new.returning(Reset.id)) is None:
        raise Conflict(TWICE)
    audit("sign-in:help", subject=f"person {person_id}", reason=f"{WORDS[kind]}，提出：看过{document}，{reason}")
    return Asked(reset_id, terms.grouped(slip) if slip else None)


def waiting(principal: Principal) -> list[Waiting]:
    """What waits for the second person in the principal's organisation, oldest first; in their transaction."""
    places = _places(principal.person())
    open_now = Reset.verdict.is_(None) & (Reset.expires_at > clock.now()) & Reset.organisation_id.in_(places)
    rows = list(db.session.scalars(select(Reset).where(open_now).order_by(Reset.created_at)))
    with widened("name the people of requests that the principal may see"):
        people = queries.people({row.person_id for row in rows} | {row.asked_by for row in rows})
    return [_waiting(row, people, principal) for row in rows if row.person_id != principal.person_id]


def todo(principal: Principal) -> list[TodoItem]:
    """What waits for the principal as the second person, for the inbox; in their transaction."""
    return [_todo(each) for each in waiting(principal) if not each.mine]


def decide(reset_id: UUID, *, confirm: bool, reason: str, principal: Principal) -> None:
    """Confirm or refuse as the second person; what was asked for is done in the same transaction.

    Raises NotFound for other organisations' requests and Conflict for one's own or one that is over.
    """
    places = _places(principal.person())
    query = select(Reset).where(Reset.id == reset_id, Reset.organisation_id.in_(places)).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or row.person_id == principal.person_id:
        raise NotFound()
    if row.asked_by == principal.person_id:
        raise Conflict(NOT_YOURS)
    if row.verdict is not None or row.expires_at <= clock.now():
        raise Conflict(OVER)
    row.verdict, row.decision_reason = "confirmed" if confirm else "refused", reason
    row.decided_by, row.decided_at = principal.person(), clock.now()
    if confirm:
        _do(row)
    db.session.flush()
    verdict = "确认" if confirm else "不同意"
    audit("sign-in:reset", subject=f"person {row.person_id}", reason=f"{WORDS[Kind(row.kind)]}，{verdict}：{reason}")


def refuse_strangers(reset_id: UUID, principal: Principal) -> None:
    """Raise NotFound unless the request is one of the principal's organisation; in their transaction."""
    mine = Reset.organisation_id.in_(_places(principal.person()))
    if db.session.scalar(select(Reset.id).where(Reset.id == reset_id, mine)) is None:
        raise NotFound()


def use_slip(slip: str, digits: str, visit: Visit) -> UUID:
    """Whose confirmed slip this is; it is used up. Raises Refused in the same words for whatever is wrong."""
    limits.spend([(most.SLIPS_ADDRESS, visit.network), (most.SLIPS_HOUSE, limits.HOUSE)])
    index = _slip_index(terms.plain(slip))
    good = (Reset.slip_index == index) & (Reset.verdict == "confirmed") & Reset.used_at.is_(None)
    with transaction(desk) as session:
        row = session.scalar(select(Reset).where(good, Reset.expires_at > clock.now()).with_for_update())
        person = session.get(Person, row.person_id) if row else None
        if row is None or person is None or not _ends_with(person, terms.plain(digits)):
            raise Refused(WRONG_SLIP, code="wrong_slip", field="slip")
        row.used_at = clock.now()
        return row.person_id


def find(who: str, principal: Principal) -> list[queries.PersonView]:
    """People of this name or identity number whom the principal may help; in their transaction."""
    number = secrets.blind_index("id_number", terms.plain(who))
    named = (Person.name == who.strip()) | (Person.id_number_index == number)
    theirs = set(db.session.scalars(select(Person.id).where(named).limit(FOUND_AT_MOST)))
    with widened("find a colleague who needs help"):
        mine = Membership.organisation_id.in_(_places(principal.person())) & still_works()
        colleagues = select(Person.id).join(Membership, Membership.person_id == Person.id).where(named, mine)
        found = queries.people(theirs | set(db.session.scalars(colleagues)))
    return [view for view in found.values() if view.id != principal.person_id]


def whom(person_id: UUID, principal: Principal) -> queries.PersonView:
    """Somebody whom the principal may help; raises NotFound or Refused. In their transaction."""
    _place(person_id, principal)
    with widened("show whom the principal helps"):
        return queries.person(person_id)


def _place(person_id: UUID, principal: Principal) -> UUID:
    """The organisation that helps: the asker's; for staff it must be their own."""
    if person_id == principal.person_id:
        raise Refused(ONESELF)
    mine = _places(principal.person())
    if not mine:
        raise NotFound()
    with widened("see for whom somebody works before they are helped to sign in"):
        theirs = _places(person_id)
    if not theirs:
        queries.person(person_id)
        return mine[0]
    shared = [place for place in mine if place in theirs]
    if shared:
        return shared[0]
    queries.person(person_id)
    raise Refused(ELSEWHERE)


def _places(person_id: UUID) -> list[UUID]:
    query = select(Membership.organisation_id).where(Membership.person_id == person_id, still_works())
    return list(dict.fromkeys(db.session.scalars(query.order_by(Membership.created_at, Membership.id))))


def _do(row: Reset) -> None:
    """What was asked for: a new phone, a slip that opens, or no second factor any more."""
    if row.kind == Kind.SLIP:
        row.expires_at = clock.now() + terms.SLIP_LIFE
        return
    with widened("two members of staff change how somebody signs in"):
        person = db.session.get_one(Person, row.person_id, with_for_update=True)
        old = secrets.unseal("person", "phone", person.id, person.phone) if person.phone else ""
        if row.kind == Kind.PHONE and row.phone:
            number = secrets.unseal("sign_in_reset", "phone", row.id, row.phone)
            phones.write(person.id, phones.sealed_phone(number, person.id))
            if old:
                phones.tell(old, row.phone_mask or "")
        elif row.kind == Kind.SECOND_FACTOR:
            factors.forget_all(person.id)
            if old:
                sending.notify(old, sending.Purpose.FACTORS_RESET, {"name": "登录验证"})
        end_all_here(person.id)
        db.session.flush()


def _let_lapse(person_id: UUID) -> None:
    late = (Reset.person_id == person_id) & Reset.verdict.is_(None) & (Reset.expires_at <= clock.now())
    with widened("let requests lapse that nobody confirmed"):
        db.session.execute(update(Reset).where(late).values(verdict="lapsed", decided_at=clock.now()))


def _sealed(reset_id: UUID, phone: str) -> dict[str, object]:
    columns = phones.sealed_phone(phone, reset_id)
    return {**columns, "phone": secrets.seal("sign_in_reset", "phone", reset_id, phone)}


def _waiting(row: Reset, people: dict[UUID, queries.PersonView], principal: Principal) -> Waiting:
    person, asker = people[row.person_id], people[row.asked_by]
    who = (row.id, row.kind, person.name, person.masked_id_number, row.phone_mask or "")
    told = (row.document, row.reason, asker.name, row.created_at)
    return Waiting(*who, *told, row.asked_by == principal.person_id)


def _todo(each: Waiting) -> TodoItem:
    title = f"{each.name}：{WORDS[Kind(each.kind)]}"
    until = each.asked_at + terms.RESET_LIFE
    return TodoItem("帮人登录", title, "", "helping.desk", {}, each.id, since=each.asked_at, due=until)


def _ends_with(person: Person, typed: str) -> bool:
    if person.id_number is None or len(typed) != 6:
        return False
    return secrets.unseal("person", "id_number", person.id, person.id_number).endswith(typed)


def _new_slip() -> str:
    return "".join(random.choice(terms.LETTERS) for _ in range(SLIP_LENGTH))


def _slip_index(slip: str) -> bytes:
    return secrets.blind_index("slip", slip)
