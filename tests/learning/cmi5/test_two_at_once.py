"""An AU that asks twice in the same moment, from threads with connections of their own and real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from lms.foundation.database import db
from lms.lrs.rules.vocabulary import Verb
from tests.learning.cmi5.study import said
from tests.learning.cmi5.world import Au, a_course, an_au, launch, verbs
from tests.learning.packages import content_client
from tests.people import bring_in


@pytest.fixture
def au(live_app):
    """A fresh AU of a new course in the school anyi."""
    people = bring_in()
    opened = launch(a_course(people, an_au(move_on="Completed")))
    return people, opened, Au.of(live_app, opened)


def together(app, calls):
    """Run calls in threads that start together."""
    barrier = Barrier(len(calls))

    def run(call):
        with app.app_context():
            barrier.wait(30)
            try:
                return call()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_one_of_many_gets_the_token_and_one_completed_is_kept(live_app, au):
    """Sabotage: take FOR UPDATE away from lock_session or lock_registration."""
    people, opened, one = au
    clients = [content_client(live_app) for _ in range(4)]
    answers = together(live_app, [lambda c=c: c.post(one.parameters["fetch"]).get_json() for c in clients])
    [token] = [answer["auth-token"] for answer in answers if "auth-token" in answer]
    assert sum(answer.get("error-code") == "1" for answer in answers) == 3
    one.auth = f"Basic {token}"
    one.read_launch_data()
    one.read_preferences()
    assert one.say(Verb.INITIALIZED).status_code == 204
    others = []
    for client in clients:
        other = Au(client, opened.url, one.auth)
        other.terms = one.terms
        others.append(other)
    statuses = together(live_app, [lambda o=o: o.put(said(Verb.COMPLETED, o.terms)).status_code for o in others])
    assert sorted(statuses) == [204, 403, 403, 403]
    assert verbs(people, opened.registration) == ["launched", "initialized", "completed", "satisfied", "satisfied"]
