"""What the operator reads: a line for each request, and nobody's name, number or phone in any of them."""

import json

from lms.web import watch
from tests.people import PASSWORD, PEOPLE


def test_logs_hold_no_personal_data(people, client_for, capsys):
    """Sabotage: log the address, the form or the person."""
    watch.configure_logging()
    client = client_for(None)
    client.get("/sign-in?next=/me%3Fphone%3D13800000001")
    client.post("/sign-in", data={"phone": "13800000001"})
    client.post("/sign-in/password", data={"phone": "13800000001", "password": PASSWORD})
    client.get("/me")
    client.get("/learn/hours")
    lines = capsys.readouterr().err.splitlines()
    told = [json.loads(line) for line in lines]
    assert [line["rule"] for line in told if line.get("event") == "answered"][-2:] == ["/me", "/learn/hours"]
    assert all(line["request"] for line in told if line.get("event") == "answered")
    secret = {PASSWORD, *(v for p in PEOPLE.values() for v in (p.name, p.phone, p.id_number)), str(people.xiulan)}
    assert not [word for word in secret if word in "\n".join(lines)]


def test_every_answer_names_its_request(people, client_for):
    """Sabotage: leave the header off errors."""
    for address in ("/sign-in", "/nowhere", "/api/session"):
        assert len(client_for(None).get(address).headers["X-Request-Id"]) == 32
