"""Messages from the row to the provider and back: codes at once, the rest as jobs, receipts as they come."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import func, select, update

from lms.foundation import clock, jobs, secrets
from lms.foundation.database import after_commit, db, transaction, widened
from lms.foundation.errors import TooMany, Unavailable
from lms.foundation.principal import Principal
from lms.foundation.sending import screen, timing
from lms.foundation.sending.messages import (
    Channel,
    Outgoing,
    Provider,
    ProviderAway,
    ProviderRefused,
    Purpose,
    QuotaReached,
)
from lms.foundation.sending.models import Delivery
from lms.foundation.sending.post import post

office = Principal.system_of("sending")
CODE_LIFE, NOTICE_LIFE = timedelta(minutes=5), timedelta(days=1)
JOB = "sending.deliver"
DAILY_LOCK = 7_263_001
NO_CARRIER = {
    Channel.SMS: "短信现在发不出去，请用密码登录，或者打 12333 问工作人员",
    Channel.VOICE: "电话念码还没有开通，请用短信验证码，或者打 12333 问工作人员",
}
AWAY = "短信平台这会儿没有回应，过一分钟再收，或者用密码登录"
REFUSED = "这个号码收不了短信，看看号码有没有填错，或者找老师当面帮你登录"
ENOUGH = "这个号码今天收的短信太多，短信平台不再发了。明天再收，或者用密码登录"
PAID_UP = "今天的短信发完了，请用密码登录，或者打 12333 问工作人员"


@dataclass(frozen=True)
class Sent:
    """A code on its way; `shown` is the sentence for the screen of the demonstration."""

    delivery_id: UUID
    shown: str | None


@dataclass(frozen=True)
class Receipt:
    """What a provider says became of a message."""

    provider_id: str
    arrived: bool
    code: str


def send_code(phone: str, code: str, channel: Channel = Channel.SMS) -> Sent:
    """Send a one-time code now; raises Unavailable or TooMany in words for the person who waits.

    The row is written before and after, never during; the code itself is not kept. Outside any transaction.
    """
    carriers = post().carriers(channel, Purpose.CODE)
    if not carriers:
        raise Unavailable(NO_CARRIER[channel])
    message = Outgoing(uuid4(), channel, Purpose.CODE, phone, {"code": code})
    with transaction(office):
        _refuse_beyond_budget()
        db.session.add(_row(message, "sending", carriers[0].name, clock.now(), CODE_LIFE))
    problem = _hand_over(message, carriers)
    if problem:
        raise problem
    demo = carriers[0].name == screen.Screen.name
    return Sent(message.id, screen.shown(channel, code) if demo else None)


def notify(to: str, purpose: Purpose, values: dict[str, str], channel: Channel = Channel.SMS) -> None:
    """Queue a message in the current transaction; it goes when people are awake, and again where a provider is away."""
    carriers = post().carriers(channel, purpose)
    message = Outgoing(uuid4(), channel, purpose, to, values)
    due = timing.due(clock.local(clock.now()))
    row = _row(message, "queued" if carriers else "refused", carriers[0].name if carriers else "none", due, NOTICE_LIFE)
    row.values = secrets.seal("message_delivery", "values", message.id, json.dumps(values, ensure_ascii=False))
    row.error = None if carriers else "no_carrier"
    with widened("queue a message"):
        db.session.add(row)
        db.session.flush()
    if carriers:
        _at(message.id, due)


def state_of(delivery_id: UUID) -> str:
    """How far a message came."""
    with transaction(office) as session:
        return session.scalar(select(Delivery.state).where(Delivery.id == delivery_id)) or ""


def take_receipts(provider: str, receipts: Iterable[Receipt]) -> int:
    """Write down what became of messages; the first word about each stands. Returns how many were ours."""
    found = 0
    with transaction(office) as session:
        for receipt in receipts:
            known = (Delivery.provider == provider) & (Delivery.provider_id == receipt.provider_id)
            state = "delivered" if receipt.arrived else "undelivered"
            told = {"state": state, "receipt": receipt.code[:40], "receipt_at": clock.now()}
            done = session.execute(update(Delivery).where(known, Delivery.receipt_at.is_(None)).values(**told))
            found += done.rowcount  # type: ignore[attr-defined]
    return found


@jobs.handles(JOB)
def deliver(job: jobs.RunningJob) -> None:
    """Send one queued message, or put it off: until morning, or until the provider is back."""
    delivery_id = UUID(job.arguments["delivery"])
    with transaction(office) as session:
        row = session.get_one(Delivery, delivery_id)
    now = clock.now()
    due = timing.due(clock.local(now))
    outcome: dict[str, object] = {}
    if row.state == "queued" and now >= row.expires_at:
        outcome = {"state": "expired", "values": None}
    elif row.state == "queued" and due > now:
        outcome = {"due_at": due}
    elif row.state == "queued":
        outcome = _tried(row, now)
    with job.finish() as session:
        session.execute(update(Delivery).where(Delivery.id == delivery_id).values(**outcome or {"state": row.state}))
        if "due_at" in outcome:
            _at(delivery_id, outcome["due_at"])  # type: ignore[arg-type]


def _tried(row: Delivery, now: datetime) -> dict[str, object]:
    """Try the carriers once; what the row says afterwards."""
    kept = secrets.unseal("message_delivery", "values", row.id, row.values or b"")
    to = secrets.unseal("message_delivery", "recipient", row.id, row.recipient)
    message = Outgoing(row.id, Channel(row.channel), Purpose(row.purpose), to, json.loads(kept))
    tried = {"attempts": row.attempts + 1}
    outcome = tried | _offer(message, post().carriers(message.channel, message.purpose))
    wait = timing.pause(row.attempts + 1)
    if outcome.pop("again", False):
        return outcome | ({"due_at": now + wait} if wait else {"state": "refused", "values": None})
    return outcome | {"values": None}


def _offer(message: Outgoing, carriers: list[Provider]) -> dict[str, object]:
    """Ask one carrier after the other; a refusal is final, silence is not."""
    error = "no_carrier"
    for carrier in carriers:
        try:
            provider_id = carrier.send(message)
        except ProviderAway as silence:
            error = str(silence)
        except ProviderRefused as refusal:
            return {"state": "refused", "provider": carrier.name, "error": str(refusal)[:80]}
        else:
            sent = {"state": "sent", "provider": carrier.name, "provider_id": provider_id, "error": None}
            return {**sent, "sent_at": clock.now()}
    return {"error": error[:80], "again": bool(carriers)}


def _hand_over(message: Outgoing, carriers: list[Provider]) -> Exception | None:
    """Try each carrier in turn for somebody who waits; what to tell them where none took it."""
    problem: Exception | None = Unavailable(AWAY)
    outcome: dict[str, object] = {"state": "refused"}
    for carrier in carriers:
        try:
            outcome = {"state": "sent", "provider_id": carrier.send(message), "sent_at": clock.now()}
            problem = None
        except QuotaReached as refusal:
            outcome, problem = {"state": "refused", "error": str(refusal)[:80]}, TooMany(ENOUGH)
        except ProviderRefused as refusal:
            outcome, problem = {"state": "refused", "error": str(refusal)[:80]}, Unavailable(REFUSED)
        except ProviderAway as silence:
            outcome = {"state": "refused", "error": str(silence)[:80]}
        outcome["provider"] = carrier.name
        if problem is None:
            break
    with transaction(office) as session:
        changed = update(Delivery).where(Delivery.id == message.id)
        session.execute(changed.values(attempts=Delivery.attempts + 1, **outcome))
    return problem


def _row(message: Outgoing, state: str, provider: str, due: datetime, life: timedelta) -> Delivery:
    recipient = secrets.seal("message_delivery", "recipient", message.id, message.to)
    what = {"purpose": message.purpose.value, "channel": message.channel.value, "state": state, "provider": provider}
    when = {"due_at": due, "expires_at": max(due, clock.now()) + life}
    return Delivery(id=message.id, recipient=recipient, **what, **when)


def _refuse_beyond_budget() -> None:
    """Messages cost money: no more than the operator pays for in a day, counted one after the other."""
    db.session.execute(select(func.pg_advisory_xact_lock(DAILY_LOCK)))
    midnight = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    today = select(func.count()).select_from(Delivery).where(Delivery.created_at >= midnight)
    if (db.session.scalar(today) or 0) >= post().settings.daily:
        raise Unavailable(PAID_UP)


def _at(delivery_id: UUID, due: datetime) -> None:
    """Queue the job of a delivery; one that is due later waits for the sweeper to find it."""
    now = clock.now()
    key, arguments = f"{JOB}:{uuid4()}", {"delivery": str(delivery_id)}
    # Told by the database's clock, as all leases are: `due` is kept as a distance from now.
    at = func.clock_timestamp() + max(due - now, timedelta())
    job = jobs.Job(id=uuid4(), key=key, kind=JOB, title="发通知", arguments=arguments, principal=office.as_json())
    job.published_at = at
    with widened("queue a message"):
        db.session.add(job)
        db.session.flush()
    if due <= now:
        after_commit(lambda: jobs.wake(job.id))
