"""Checkpoints out of the house: each place gets each once; one that is away stops no other and is tried again."""

import email
from email import policy
from typing import Any

import pytest
from flask import Flask

from lms.foundation.database import transaction
from lms.foundation.evidence import leaves, outside, sequencer
from tests.people import SYSTEM

MAIL = {"LMS_CHECKPOINT_MAIL": "auditor@example.org", "LMS_SMTP": "smtp://who:p%40ss@mail.example.org:2525"}
S3 = {"LMS_CHECKPOINT_S3": "s3://witness/yanxue", "LMS_CHECKPOINT_S3_ENDPOINT": "http://127.0.0.1:9"}


@pytest.fixture
def checkpoint(app: Flask, turn_clock: Any) -> Any:
    with transaction(SYSTEM):
        leaves.append("test", {"one": 1})
    return sequencer.checkpoint_now()


class Post:
    """A mail server that remembers."""

    letters: list[Any] = []

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self.where = host, port

    def __enter__(self) -> "Post":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def login(self, user: str, password: str) -> None:
        assert (user, password) == ("who", "p@ss")

    def send_message(self, letter: Any) -> None:
        Post.letters.append(letter)


def standing() -> dict[str, outside.Place]:
    with transaction(SYSTEM):
        return {place.kind: place for place in outside.standing()}


def test_every_place_gets_a_checkpoint_once(app: Flask, checkpoint: Any, monkeypatch: Any) -> None:
    """Sabotage: send what a place has already, or another text than what was signed."""
    monkeypatch.setattr(outside.smtplib, "SMTP", Post)
    Post.letters.clear()
    assert outside.send(checkpoint, MAIL) == 2
    assert outside.send(checkpoint, MAIL) == 0
    [letter] = Post.letters
    told = email.message_from_bytes(letter.as_bytes(), policy=policy.default)
    assert told.get_content().strip() == checkpoint.note.strip()
    found = standing()
    assert (found["mail"].size, found["mail"].receipt) == (checkpoint.size, letter["Message-ID"])
    with app.extensions["storage"].open(sequence_key(checkpoint)) as kept:
        assert kept.read().decode() == checkpoint.note


def sequence_key(checkpoint: Any) -> str:
    return outside._to_storage(checkpoint)[0]


def test_a_place_that_is_away_stops_no_other_and_is_tried_again(checkpoint: Any, monkeypatch: Any) -> None:
    """Sabotage: let the error out of _tried, or count a failure as taken."""
    monkeypatch.setattr(outside.boto3, "client", _away)
    assert outside.send(checkpoint, S3) == 1
    assert standing()["s3"].problem == "ConnectionError"
    monkeypatch.setattr(outside.boto3, "client", lambda *_, **__: Bucket())
    assert outside.send(checkpoint, S3) == 1
    found = standing()["s3"]
    assert (found.size, found.receipt, found.problem) == (checkpoint.size, "v1", "")
    [put] = Bucket.kept
    assert (put["Bucket"], put["ObjectLockMode"]) == ("witness", "COMPLIANCE")
    assert put["Body"] == checkpoint.note.encode()


def _away(*_: object, **__: object) -> None:
    raise ConnectionError("the bucket is away")


class Bucket:
    """A bucket that remembers."""

    kept: list[dict[str, Any]] = []

    def put_object(self, **what: Any) -> dict[str, str]:
        Bucket.kept.append(what)
        return {"VersionId": "v1"}
