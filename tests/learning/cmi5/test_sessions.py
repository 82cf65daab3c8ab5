"""A session from its launch to its end, as an AU and the record store see it."""

from lms.lrs.rules.vocabulary import Verb
from tests.learning.cmi5.world import Au, a_course, launch, verbs


def test_a_course_is_learnt_and_told_in_order(app, people):
    """Sabotage: store what is satisfied before the statement that brings it about, or when terminated arrives."""
    opened = launch(a_course(people))
    au = Au.of(app, opened).begin()
    for verb in (Verb.PASSED, Verb.COMPLETED, Verb.TERMINATED):
        assert au.say(verb).status_code == 204
    wanted = ["launched", "initialized", "passed", "completed", "satisfied", "satisfied", "terminated"]
    assert verbs(people, opened.registration) == wanted
