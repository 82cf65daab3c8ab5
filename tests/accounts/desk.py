"""Hands for the tests of signing in: what a person does at the front door."""

import re
from uuid import UUID

from flask.testing import FlaskClient

from lms.accounts.models import Person
from lms.accounts.signing_in import phones, totp
from lms.foundation.database import db, transaction
from tests.people import SYSTEM


def ask_code(client: FlaskClient, phone: str) -> str:
    """Ask for a code and read it from the screen of the demonstration."""
    answer = client.post("/sign-in", data={"phone": phone})
    assert answer.status_code == 302, answer.text
    found = re.search(r"验证码是 (\d{6})", client.get("/sign-in/code").text)
    assert found
    return found[1]


def by_code(client: FlaskClient, phone: str):
    """Sign in as far as the code goes."""
    return client.post("/sign-in/code", data={"code": ask_code(client, phone)})


def share_phone(person_id: UUID, phone: str, name: str | None = None) -> None:
    """Give somebody a phone that another has too."""
    with transaction(SYSTEM):
        phones.write(person_id, phones.sealed_phone(phone, person_id))
        if name:
            db.session.get_one(Person, person_id).name = name


def give_app(person_id: UUID) -> str:
    """Set up an authenticator; gives back its secret."""
    secret = totp.begin(person_id)
    totp.confirm(person_id, totp.code_now(secret))
    return secret


def shown(page: str) -> str:
    """The code of the app that the demonstration shows."""
    found = re.search(r"动态码是 (\d{6})", page)
    assert found, page
    return found[1]
