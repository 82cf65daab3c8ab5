"""Statements go on to a record store of somebody else, in order; the cursor moves when they are taken there.

Nothing is lost while the other side is down: the cursor waits. What it refuses for good lies in dead letters.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.actions import audit
from lms.foundation import clock, periodic, secrets
from lms.foundation.database import acting, db, transaction, widened
from lms.foundation.errors import NotFound, Refused
from lms.foundation.principal import Principal
from lms.lrs import queries
from lms.lrs.connection import Sql, array, cursor
from lms.lrs.models import DeadLetter, Forwarding
from lms.lrs.outside import Outside, Told
from lms.lrs.rules.forwarding import pause_after, version_of
from lms.lrs.rules.multipart import join
from lms.lrs.rules.references import Kind, ref
from lms.lrs.rules.sequence import SHIFT
from lms.lrs.rules.statement import reread
from lms.lrs.rules.versions import Version

KIND = "lrs-forward"
BATCH = 50
COUNTED = 10_000
_ACTOR = Principal.system_of(KIND)
_WHY_WIDE = "lrs: an authority looks after the forwarding of its classes' organisations"

_ALL = """
select seq, id, payload from lrs_statement
where tenant_id = %(tenant)s and seq > %(after)s and seq < %(before)s order by seq limit %(limit)s
"""
_CHOSEN = """
select s.seq, s.id, s.payload from (
  select distinct link.seq from unnest(%(refs)s::bigint[]) as verb (ref) cross join lateral (
    select seq from lrs_link
    where tenant_id = %(tenant)s and ref = verb.ref and kind = %(kind)s and seq > %(after)s and seq < %(before)s
    order by seq limit %(limit)s
  ) as link order by link.seq limit %(limit)s
) as chosen join lrs_statement s on s.tenant_id = %(tenant)s and s.seq = chosen.seq order by s.seq
"""
_ONE = "select seq, id, payload from lrs_statement where tenant_id = %s and seq = %s"


@dataclass(frozen=True)
class ForwardingView:
    """A forwarding as pages show it; `waiting` counts up to COUNTED + 1, `dead` are the letters not resent."""

    id: UUID
    tenant_id: UUID
    name: str
    endpoint: str
    username: str
    verbs: list[str]
    state: str
    sent: int
    failures: int
    next_try_at: datetime
    sent_at: datetime | None
    trouble: str
    waiting: int
    dead: int


@dataclass(frozen=True)
class DeadView:
    """A statement that was refused there."""

    statement_id: UUID
    status: int
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class Wanted:
    """A forwarding to be set up; `secret` is sealed at once."""

    name: str
    endpoint: str
    username: str
    secret: str
    verbs: tuple[str, ...]
    from_now: bool


@dataclass(frozen=True)
class _Row:
    seq: int
    id: UUID
    payload: str


def set_up(tenant_id: UUID, wanted: Wanted) -> UUID:
    """Begin a forwarding; raises Refused where the name is taken."""
    row = Forwarding(id=uuid4(), tenant_id=tenant_id, name=wanted.name, endpoint=wanted.endpoint.rstrip("/") + "/")
    row.username, row.verbs, row.state, row.made_by = wanted.username, list(wanted.verbs), "active", acting().person_id
    row.secret = secrets.seal(Forwarding.__tablename__, "secret", row.id, wanted.secret)
    row.next_try_at = clock.now()
    with widened(_WHY_WIDE):
        mine = (Forwarding.tenant_id == tenant_id) & (Forwarding.name == wanted.name)
        if db.session.scalar(select(Forwarding.id).where(mine)) is not None:
            raise Refused("已经有一条转发叫这个名字，换一个", field="name")
        row.cursor = _watermark(cursor()) if wanted.from_now else -1
        db.session.add(row)
        db.session.flush()
        audit("forwarding:set-up", subject=f"lrs_forwarding {row.id}", reason=f"{wanted.name} {row.endpoint}")
        _queue(row.id)
    return row.id


def turn(forwarding_id: UUID, tenants: Collection[UUID], *, active: bool) -> None:
    """Pause a forwarding, or go on with it at once; raises NotFound."""
    with widened(_WHY_WIDE):
        row = _own(forwarding_id, tenants)
        row.state, row.failures, row.trouble = "active" if active else "paused", 0, ""
        row.next_try_at = clock.now()
        if active:
            audit("forwarding:resume", subject=f"lrs_forwarding {row.id}", reason=row.name)
        else:
            audit("forwarding:pause", subject=f"lrs_forwarding {row.id}", reason=row.name)
        db.session.flush()
        if active:
            _queue(row.id)


def send_again(forwarding_id: UUID, tenants: Collection[UUID]) -> None:
    """Send the dead letters once more; raises NotFound."""
    with widened(_WHY_WIDE):
        row = _own(forwarding_id, tenants)
        audit("forwarding:resend", subject=f"lrs_forwarding {row.id}", reason=row.name)
        _queue(row.id, resend=True)


def views(tenants: Collection[UUID]) -> list[ForwardingView]:
    """The forwardings of these organisations, by name."""
    with widened(_WHY_WIDE):
        rows = db.session.scalars(
            select(Forwarding).where(Forwarding.tenant_id.in_(tenants)).order_by(Forwarding.name, Forwarding.id)
        ).all()
        return [_view(row) for row in rows]


def view(forwarding_id: UUID, tenants: Collection[UUID]) -> tuple[ForwardingView, list[DeadView]]:
    """One forwarding with its newest dead letters; raises NotFound."""
    with widened(_WHY_WIDE):
        row = _own(forwarding_id, tenants)
        letters = db.session.scalars(_waiting(row.id).order_by(DeadLetter.created_at.desc()).limit(100))
        dead = [DeadView(l.statement_id, l.status, l.reason, l.created_at) for l in letters]  # noqa: E741
        return _view(row), dead


def due() -> list[UUID]:
    """The forwardings whose time has come."""
    now = Forwarding.next_try_at <= clock.now()
    return list(db.session.scalars(select(Forwarding.id).where(Forwarding.state == "active", now)))


def queue(forwarding_ids: Sequence[UUID]) -> None:
    """Let each be worked on by a job of its own, so that a slow store holds up nobody else."""
    for forwarding_id in forwarding_ids:
        _queue(forwarding_id)


def step(forwarding_id: UUID) -> int:
    """Send the next statements; returns how many were settled, 0 where nothing waits or it must be tried later.

    Raises outside.Unreachable. Opens its own transactions; the network lies between them.
    """
    with transaction(_ACTOR):
        row = db.session.get(Forwarding, forwarding_id)
        if row is None or row.state != "active" or row.next_try_at > clock.now():
            return 0
        there, found, seen = _client(row), _next(row), row.cursor
        mixed = _mixed(row.tenant_id, found)
    if not found:
        return 0
    told = there.deliver([row.payload for row in found], _version(found), mixed)
    if told.refused and len(found) > 1:
        return _one_by_one(forwarding_id, there, found, seen)
    return _settle(forwarding_id, found, seen, told)


def resend(forwarding_id: UUID) -> int:
    """Send the dead letters once more; returns how many were taken. Raises outside.Unreachable."""
    with transaction(_ACTOR):
        row = db.session.get(Forwarding, forwarding_id)
        if row is None:
            return 0
        there = _client(row)
        letters = [(l.id, l.tenant_id, l.seq) for l in db.session.scalars(_waiting(row.id).limit(1000))]  # noqa: E741
    taken = 0
    for letter_id, tenant_id, seq in letters:
        with transaction(_ACTOR):
            found = [_Row(*found) for found in cursor().execute(_ONE, (tenant_id, seq))]
            mixed = _mixed(tenant_id, found)
        if found:
            taken += _judge_letter(letter_id, there.deliver([found[0].payload], _version(found), mixed))
    return taken


def fail(forwarding_id: UUID, words: str) -> None:
    """The other store did not take it: say why and wait, ever longer."""
    with transaction(_ACTOR):
        row = db.session.get(Forwarding, forwarding_id, with_for_update=True)
        if row is not None:
            row.failures += 1
            row.trouble, row.next_try_at = words[:400], clock.now() + pause_after(row.failures)


def _one_by_one(forwarding_id: UUID, there: Outside, found: Sequence[_Row], seen: int) -> int:
    settled = 0
    for row in found:
        with transaction(_ACTOR):
            tenant_id = db.session.scalar(select(Forwarding.tenant_id).where(Forwarding.id == forwarding_id))
            mixed = _mixed(tenant_id, [row]) if tenant_id else None
        one = _settle(forwarding_id, [row], seen, there.deliver([row.payload], _version([row]), mixed))
        if not one:
            return settled
        settled, seen = settled + one, row.seq
    return settled


def _settle(forwarding_id: UUID, found: Sequence[_Row], seen: int, told: Told) -> int:
    """Move the cursor past what was taken or refused for good; 0 where somebody else moved it or it must wait."""
    if not told.taken and not told.refused:
        fail(forwarding_id, f"对方回答 {told.status}：{told.words}")
        return 0
    with transaction(_ACTOR):
        mine = (Forwarding.id == forwarding_id) & (Forwarding.cursor == seen)
        row: Forwarding | None = db.session.scalar(select(Forwarding).where(mine).with_for_update())
        if row is None:
            return 0
        row.cursor, row.failures, row.trouble, row.sent_at = found[-1].seq, 0, "", clock.now()
        if told.taken:
            row.sent += len(found)
        else:
            _bury(row, found[0], told)
    return len(found)


def _bury(row: Forwarding, statement: _Row, told: Told) -> None:
    letter = {"id": uuid4(), "created_at": clock.now(), "tenant_id": row.tenant_id, "forwarding_id": row.id}
    letter |= {"seq": statement.seq, "statement_id": statement.id, "status": told.status, "reason": told.words}
    db.session.execute(insert(DeadLetter).values(**letter).on_conflict_do_nothing())


def _judge_letter(letter_id: UUID, told: Told) -> int:
    with transaction(_ACTOR):
        now = {"resent_at": clock.now()} if told.taken else {"status": told.status, "reason": told.words}
        db.session.execute(update(DeadLetter).where(DeadLetter.id == letter_id).values(**now))
    return int(told.taken)


def _next(row: Forwarding) -> list[_Row]:
    """The next statements of one version; none that a commit in flight could still come before."""
    sql = cursor()
    values = {"tenant": row.tenant_id, "after": row.cursor, "before": _watermark(sql) + 1, "limit": BATCH}
    if row.verbs:
        values |= {"refs": array(ref(row.tenant_id, verb) for verb in row.verbs), "kind": int(Kind.VERB)}
    found = [_Row(*told) for told in sql.execute(_CHOSEN if row.verbs else _ALL, values)]
    return next((list(same) for _, same in groupby(found, lambda one: _version([one]))), [])


def _mixed(tenant_id: UUID, found: Sequence[_Row]) -> tuple[str, bytes] | None:
    """The request as multipart where statements have attachments that lie here."""
    wanted = {a.sha2.lower() for row in found for a in reread(row.payload).attachments}
    parts = queries.files(cursor(), tenant_id, sorted(wanted))
    return join(("[" + ",".join(row.payload for row in found) + "]").encode(), parts) if parts else None


def _version(found: Sequence[_Row]) -> Version:
    said = reread(found[0].payload).event.version
    return version_of(said if isinstance(said, str) else "1.0.0")


def _watermark(sql: Sql) -> int:
    """The last number below which no commit is in flight."""
    through = sql.execute("select lrs_consistent_through()").fetchone()
    return ((int(through[0]) if through else 0) + 1 << SHIFT) - 1


def _client(row: Forwarding) -> Outside:
    secret = secrets.unseal(Forwarding.__tablename__, "secret", row.id, bytes(row.secret))
    return Outside(endpoint=row.endpoint, version="1.0.3", username=row.username, password=secret)


def _own(forwarding_id: UUID, tenants: Collection[UUID]) -> Forwarding:
    mine = select(Forwarding).where(Forwarding.id == forwarding_id, Forwarding.tenant_id.in_(tenants))
    row: Forwarding | None = db.session.scalar(mine)
    if row is None:
        raise NotFound()
    return row


def _queue(forwarding_id: UUID, *, resend: bool = False) -> None:
    told = {"forwarding_id": str(forwarding_id), "resend": resend}
    key = f"{forwarding_id}:resend" if resend else str(forwarding_id)
    periodic.again(KIND, told, key=key, title="把学习记录转给外面的系统", principal=_ACTOR)


def _waiting(forwarding_id: UUID):  # type: ignore[no-untyped-def]
    return select(DeadLetter).where(DeadLetter.forwarding_id == forwarding_id, DeadLetter.resent_at.is_(None))


def _view(row: Forwarding) -> ForwardingView:
    dead = db.session.scalar(select(func.count()).select_from(_waiting(row.id).subquery())) or 0
    own = {n: getattr(row, n) for n in ForwardingView.__dataclass_fields__ if n not in {"waiting", "dead"}}
    return ForwardingView(**own, waiting=_backlog(row), dead=dead)


def _backlog(row: Forwarding) -> int:
    values: dict[str, object] = {"tenant": row.tenant_id, "after": row.cursor, "before": 1 << 62, "limit": COUNTED + 1}
    if row.verbs:
        values |= {"refs": array(ref(row.tenant_id, verb) for verb in row.verbs), "kind": int(Kind.VERB)}
    counted = cursor().execute(f"select count(*) from ({_CHOSEN if row.verbs else _ALL}) as waiting", values).fetchone()  # noqa: S608
    return int(counted[0]) if counted else 0
