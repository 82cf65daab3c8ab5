"""Sealed columns, blind indexes, keys that turn."""

import dataclasses
from uuid import uuid4

import pytest

from lms import config
from lms.accounts import actions
from lms.accounts.models import Person
from lms.foundation import rotation, secrets
from lms.foundation.database import db, transaction
from tests.people import SYSTEM


@pytest.fixture
def own_keys(app, tmp_path):
    """A keyring that this test may turn."""
    before = app.extensions["keyring"]
    own = dataclasses.replace(config.settings(), data=tmp_path)
    app.extensions["keyring"] = secrets.KeyringHolder(own)
    yield app.extensions["keyring"]
    app.extensions["keyring"] = before


def test_a_value_opens_only_in_its_place(app):
    """Sabotage: leave the place out of the additional data."""
    row, other = uuid4(), uuid4()
    blob = secrets.seal("person", "phone", row, "13800000001")
    assert secrets.unseal("person", "phone", row, blob) == "13800000001"
    for place in (("person", "phone", other), ("person", "id_number", row), ("payee", "phone", row)):
        with pytest.raises(secrets.SealBroken):
            secrets.unseal(*place, blob)


def test_every_byte_of_a_value_counts(app):
    """Sabotage: use a cipher without a tag."""
    row = uuid4()
    blob = secrets.seal("person", "phone", row, "13800000001")
    for at in range(2, len(blob)):
        with pytest.raises(secrets.SealBroken):
            secrets.unseal("person", "phone", row, blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :])


def test_equal_texts_are_sealed_differently_and_indexed_alike(app):
    """Sabotage: a fixed nonce; or a random index."""
    row = uuid4()
    assert secrets.seal("t", "c", row, "x") != secrets.seal("t", "c", row, "x")
    assert secrets.blind_index("id", "x") == secrets.blind_index("id", "x") != secrets.blind_index("phone", "x")


def test_rotation_can_be_cut_off_anywhere(own_keys, people, monkeypatch):
    """Sabotage: drop the old key in turn(), or turn again while a rotation is under way."""
    monkeypatch.setattr(rotation, "BATCH", 3)
    first = rotation.turn()
    next(iter(rotation.seal_anew()))
    used = rotation.in_use()
    assert used[first] == 3 and len(used) == 2
    with transaction(people.principal("xiulan")):
        assert actions.full_id_numbers([people.xiulan], reason="test")[people.xiulan].startswith("440681")
    assert rotation.turn() == first
    assert sum(rotation.seal_anew()) == sum(used.values()) - 3
    assert set(rotation.in_use()) == {first}
    assert rotation.retire() and set(own_keys.ring().sealing) == {first}
    with transaction(people.principal("xiulan")):
        assert actions.full_id_numbers([people.xiulan], reason="test")[people.xiulan].startswith("440681")


def test_a_key_in_use_is_not_retired(own_keys, people):
    """Sabotage: retire() all but the current key."""
    old = own_keys.ring().current
    rotation.turn()
    assert rotation.retire() == [] and old in own_keys.ring().sealing


def test_nothing_sensitive_is_readable_in_the_tables(people):
    """Sabotage: store the number beside its seal."""
    with transaction(SYSTEM) as session:
        row = session.get(Person, people.xiulan)
        kept = b"".join(bytes(v) if isinstance(v, bytes) else str(v).encode() for v in vars(row).values())
    assert b"19780712" not in kept and b"13800000001" not in kept
    assert db.metadata.tables["person"].c.phone.info == {"sealed": True}


def test_passwords_are_hashed_at_owasp_cost(app):
    """Sabotage: lower the memory of the hasher."""
    hashed = secrets.hash_password("a long password")
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert secrets.verify_password(hashed, "a long password")
    assert not secrets.verify_password(hashed, "another password")
    assert not secrets.verify_password(None, "nobody has this password")


@pytest.mark.parametrize("text", ["", "{}", '{"current": "k1", "sealing": {}}', "[]", '{"sealing": 1}'])
def test_a_broken_keyring_is_one_sentence(text):
    """Sabotage: let KeyError through."""
    with pytest.raises(config.SettingError, match="LMS_KEYS"):
        secrets.Keyring.parse(text)
