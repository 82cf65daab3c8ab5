"""Checkpoints out of the house: once an hour to the storage and to the places that the operator names.

What is there cannot be rewritten by who holds database and key: an S3 bucket with object lock, an auditor's mailbox. What
was recorded after the last checkpoint outside has no such witness yet.

LMS_CHECKPOINT_S3 = s3://bucket/prefix (LMS_CHECKPOINT_S3_ENDPOINT for another than Amazon's; keys from the environment
that boto3 reads); LMS_CHECKPOINT_MAIL = addresses, by LMS_SMTP = smtp://user:password@host:port (smtps:// for TLS at once).
"""

import hashlib
import smtplib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import make_msgid
from io import BytesIO
from urllib.parse import unquote, urlsplit

import boto3
from flask import current_app
from sqlalchemy import insert, select

from lms.config import settings
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.evidence import sequencer
from lms.foundation.evidence.models import Checkpoint, Outside
from lms.foundation.jobs import RunningJob
from lms.foundation.periodic import every
from media.storage import key_for

HOUR_SECONDS = 3600
KEPT_FOR = timedelta(days=3653)
PATIENCE_SECONDS = 20
WORDS = {"storage": "平台的文件存储", "s3": "主管部门的对象存储（防改写）", "mail": "审计邮箱"}


@dataclass(frozen=True)
class Place:
    """Where checkpoints go, and how the last one fared; `receipt` is what the place answered."""

    kind: str
    at: datetime | None = None
    size: int | None = None
    receipt: str = ""
    problem: str = ""

    @property
    def words(self) -> str:
        """The place in Chinese."""
        return WORDS[self.kind]


def standing() -> list[Place]:
    """Each place with the last checkpoint that it took, and what went wrong since (inside a transaction)."""
    return [_standing(kind) for kind in WORDS]


def _standing(kind: str) -> Place:
    mine = select(Outside).where(Outside.kind == kind).order_by(Outside.id.desc()).limit(1)
    good, last = (db.session.scalars(query).first() for query in (mine.where(Outside.problem == ""), mine))
    problem = last.problem if last else ""
    return Place(kind, good.created_at, good.size, good.receipt, problem) if good else Place(kind, problem=problem)


def send(checkpoint: Checkpoint, providers: Mapping[str, str]) -> int:
    """Give a checkpoint to every place that has not got it; says how many took it. Opens its own transactions."""
    taken = 0
    for kind, give in _places(providers).items():
        with transaction(sequencer.SEQUENCER):
            if (_standing(kind).size or 0) >= checkpoint.size:
                continue
        place, receipt, problem = _tried(give, checkpoint)
        row = {"created_at": clock.now(), "size": checkpoint.size, "kind": kind}
        with transaction(sequencer.SEQUENCER) as session:
            session.execute(insert(Outside).values(**row, place=place, receipt=receipt, problem=problem))
        taken += not problem
    return taken


Give = Callable[[Checkpoint], tuple[str, str]]


def _places(providers: Mapping[str, str]) -> dict[str, Give]:
    found: dict[str, Give] = {"storage": _to_storage}
    if providers.get("LMS_CHECKPOINT_S3"):
        found["s3"] = lambda checkpoint: _to_s3(checkpoint, providers)
    if providers.get("LMS_CHECKPOINT_MAIL") and providers.get("LMS_SMTP"):
        found["mail"] = lambda checkpoint: _to_mail(checkpoint, providers)
    return found


def _tried(give: Give, checkpoint: Checkpoint) -> tuple[str, str, str]:
    """(place, receipt, what went wrong): a place that is away must not stop the others, nor the hour."""
    try:
        return (*give(checkpoint), "")
    except Exception as problem:  # any network, any service: what it was is shown, and tried again in an hour
        return "", "", type(problem).__name__


def _to_storage(checkpoint: Checkpoint) -> tuple[str, str]:
    content = checkpoint.note.encode()
    digest = hashlib.sha256(content).hexdigest()
    current_app.extensions["storage"].put(key_for(digest, ".txt"), BytesIO(content), "text/plain")
    return key_for(digest, ".txt"), digest[:16]


def _to_s3(checkpoint: Checkpoint, providers: Mapping[str, str]) -> tuple[str, str]:
    """Written once, locked for ten years against everybody."""
    target = urlsplit(providers["LMS_CHECKPOINT_S3"])
    key = f"{target.path.strip('/')}/checkpoint-{checkpoint.size:012}.txt".lstrip("/")
    s3 = boto3.client("s3", endpoint_url=providers.get("LMS_CHECKPOINT_S3_ENDPOINT") or None)
    answer = s3.put_object(
        Bucket=target.netloc,
        Key=key,
        Body=checkpoint.note.encode(),
        ContentType="text/plain",
        ChecksumAlgorithm="SHA256",
        ObjectLockMode="COMPLIANCE",
        ObjectLockRetainUntilDate=clock.now() + KEPT_FOR,
    )
    return f"s3://{target.netloc}/{key}", str(answer.get("VersionId") or answer.get("ETag", ""))


def _to_mail(checkpoint: Checkpoint, providers: Mapping[str, str]) -> tuple[str, str]:
    way, to = urlsplit(providers["LMS_SMTP"]), providers["LMS_CHECKPOINT_MAIL"]
    letter = EmailMessage()
    letter["Subject"] = f"雁学检查点：{checkpoint.size} 条记录"
    letter["From"], letter["To"] = providers.get("LMS_CHECKPOINT_FROM") or to.split(",")[0], to
    letter["Message-ID"] = make_msgid(domain=urlsplit(settings().app_origin).hostname)
    letter.set_content(checkpoint.note)
    connect = smtplib.SMTP_SSL if way.scheme == "smtps" else smtplib.SMTP
    with connect(way.hostname or "", way.port or 0, timeout=PATIENCE_SECONDS) as line:
        if way.username:
            line.login(unquote(way.username), unquote(way.password or ""))
        line.send_message(letter)
    return to, letter["Message-ID"]


@every(HOUR_SECONDS, "evidence.outside", "把检查点存到外面")
def hourly(job: RunningJob) -> None:
    """The newest checkpoint to every place that has not got it."""
    with transaction(sequencer.SEQUENCER):
        newest = sequencer.latest()
    taken = send(newest, settings().providers) if newest else 0
    with job.finish(taken=taken):
        pass
