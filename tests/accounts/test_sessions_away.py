"""The database is away: pages and machines are told so, each in their way."""

import pytest
from sqlalchemy.exc import OperationalError

from lms.accounts import sessions


@pytest.fixture
def away(monkeypatch):
    def gone(*_):
        raise OperationalError("select", {}, Exception("the server has gone"))

    monkeypatch.setattr(sessions, "at_once", gone)


def test_a_page_and_a_machine_are_told_that_we_are_away(people, client_for, away):
    """Sabotage: let the reading of the session raise: then not even the page of the error can be made."""
    client = client_for(people.xiulan)
    page = client.get("/learn")
    assert page.status_code == 503 and "我们这边出了问题" in page.text
    told = client.get("/learn", headers={"Accept": "application/json"})
    assert told.status_code == 503 and told.json["error"] == "unavailable"
