"""The gate: what declares nothing answers nobody."""

import pytest
from flask import Flask

from lms.foundation import gate
from lms.foundation.errors import LMSError, NotSignedIn
from lms.foundation.permissions import Access, Permission, allow, declared
from lms.foundation.principal import Principal

CLERK = Principal(person_id="liumin", permissions=frozenset({Permission.COHORT_FILE}))


def house(principal):
    """A small application behind the gate, in which `principal` (or nobody) is signed in."""
    app = Flask("house")
    gate.init_app(app)

    def who(request):
        if principal is None:
            raise NotSignedIn()
        return principal

    gate.register(app, Access.SIGNED_IN, who)
    app.register_error_handler(LMSError, lambda error: (error.sentence, error.status))
    app.add_url_rule("/undeclared", view_func=lambda: "open", endpoint="undeclared")
    for path, ways in (("/public", [Access.PUBLIC]), ("/me", [Access.SIGNED_IN]), ("/file", [Permission.COHORT_FILE])):
        app.add_url_rule(path, view_func=allow(*ways)(lambda: "open"), endpoint=path)
    return app.test_client()


@pytest.mark.parametrize(
    ("principal", "answers"),
    [
        (None, {"/undeclared": 401, "/public": 200, "/me": 401, "/file": 401, "/absent": 404}),
        (CLERK, {"/undeclared": 404, "/public": 200, "/me": 200, "/file": 200, "/absent": 404}),
        (Principal(person_id="xiulan"), {"/undeclared": 404, "/public": 200, "/me": 200, "/file": 404}),
    ],
)
def test_each_way_in(principal, answers):
    """Sabotage: let an endpoint without @allow through."""
    client = house(principal)
    assert {path: client.get(path).status_code for path in answers} == answers


def test_every_view_of_the_house_declares_who_may_call_it(whole_app):
    """Sabotage: leave @allow off any view."""
    silent = [
        rule.endpoint
        for rule in whole_app.url_map.iter_rules()
        if not declared(whole_app.view_functions[rule.endpoint])
    ]
    assert silent == []
