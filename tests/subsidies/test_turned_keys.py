"""The signing key is turned: what was sealed before still verifies, for who trusts the old key and who trusts the new one."""

import json
import zipfile
from pathlib import Path

import pytest
from flask import Flask

from lms.foundation import secrets
from lms.foundation.evidence import audit, keys, note
from lms.subsidies import verify
from tests.people import Cast
from tests.subsidies import test_verify
from tests.subsidies.exporting import a_studied_class, ask, done, kept


@pytest.fixture
def ring(app: Flask):  # type: ignore[no-untyped-def]
    """The keys of the run, put back afterwards."""
    holder = secrets.holder()
    before = holder.ring()
    yield before
    secrets.write_keyring(holder.file, before)


def test_a_turned_key_is_followed(app: Flask, people: Cast, turn_clock, ring, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: leave the endorsement unread in verify.follow, or sign it with the new key in keys.turn."""
    room = a_studied_class(people)
    old = note.fingerprint(secrets.signing_key().public_key())
    first, _ = done(ask(people, room))
    new = keys.turn()
    assert new != old
    second, job = done(ask(people, room))
    assert job.error is None
    assert audit.check_tree().findings == ()
    for result, trusted in ((first, old), (second, old), (second, new)):
        report = verify.verify_file(str(kept(app, result.result.bundle_key, tmp_path)), trusted)
        assert (report.problems, report.key_confirmed) == ([], True)
    assert verify.verify_file(str(kept(app, first.result.bundle_key, tmp_path)), new).problems
    third = keys.turn()
    after, _ = done(ask(people, room))
    bundle = kept(app, after.result.bundle_key, tmp_path)
    for trusted in (old, new, third):
        assert verify.verify_file(str(bundle), trusted).problems == []
    with zipfile.ZipFile(bundle) as file:
        manifest = json.loads(file.read("manifest.json"))
    unnamed = [{**one, "endorsement": manifest["keys"][1]["endorsement"]} for one in manifest["keys"]]
    with pytest.raises(ValueError, match="no earlier key"):
        verify.follow({**manifest, "keys": unnamed[1:]})
    with pytest.raises(ValueError, match="no earlier key"):
        verify.follow({**manifest, "keys": [manifest["keys"][0], unnamed[2]]})
    assert test_verify.PROGRAM.exists()
