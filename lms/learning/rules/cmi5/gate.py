"""The gate: which statements of an AU are taken (cmi5 9, 10.2). Pure: what the session is, what it has said, what comes now.

A request is judged statement by statement in its order, each knowing those before it; one refusal refuses them all. The
statements have passed the rules of xAPI before they come here, so their shapes are right.
"""

from collections.abc import Callable, Sequence
from typing import Any

from lms.learning.rules.cmi5.contexts import activities_of, contains, ids_of
from lms.learning.rules.cmi5.refusal import Forbidden
from lms.learning.rules.cmi5.results import check_result
from lms.learning.rules.cmi5.terms import Facts, Json, Mode, Terms
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.timestamps import parse_timestamp
from lms.lrs.rules.vocabulary import Category, Extension, Verb

ITS_OWN = {verb.value: verb for verb in (
    Verb.INITIALIZED, Verb.COMPLETED, Verb.PASSED, Verb.FAILED, Verb.TERMINATED,
)}  # fmt: skip
JUDGING = frozenset({Verb.PASSED, Verb.FAILED})
SATISFYING = JUDGING | {Verb.COMPLETED}
_UTC_ENDINGS = ("Z", "z", "+00:00", "+0000", "+00")


def judge(statements: Sequence[Json], terms: Terms, facts: Facts) -> Facts:
    """The facts after these statements, all of them or none; raises Forbidden."""
    for statement in statements:
        facts = _judge_one(statement, terms, facts)
    return facts


def defined_verb(statement: Json) -> Verb | None:
    """The verb of a statement of cmi5 itself ("cmi5 defined"), None for another one ("cmi5 allowed")."""
    return ITS_OWN.get(statement["verb"]["id"]) if _says_cmi5(statement) else None


def _judge_one(statement: Json, terms: Terms, facts: Facts) -> Facts:
    if facts.ended:
        raise Forbidden("9.3.0.0-5", "the session has ended")
    _check_all(statement, terms)
    if not _says_cmi5(statement):
        if Category.MOVE_ON in ids_of(statement):
            raise Forbidden("9.6.2.2-2", "only statements of cmi5 itself carry the moveOn category")
        if not facts.begun:
            raise Forbidden("9.3.0.0-4", "initialized comes first")
        return facts
    verb = _verb_of(statement)
    _check_object(statement, terms)
    check_result(statement, verb, terms)
    _check_move_on(statement)
    for check in _TURNS:
        check(verb, terms, facts)
    return facts.after(verb)


def _check_all(statement: Json, terms: Terms) -> None:
    """What every statement owes, defined by cmi5 or not."""
    if "id" not in statement:
        raise Forbidden("9.1.0.0-1", "the statement has no id")
    _check_timestamp(statement)
    _check_actor(statement["actor"], terms)
    if statement["verb"]["id"] == Verb.VOIDED:
        raise Forbidden("6.3.0.0-1", "an AU voids nothing")
    context = statement.get("context")
    if context is None:
        raise Forbidden("9.6.0.0-1", "the statement has no context")
    if str(context.get("registration", "")).lower() != terms.registration.lower():
        raise Forbidden("9.6.1.0-1", "context.registration is not the registration of the launch")
    if (context.get("extensions") or {}).get(Extension.SESSION_ID.value) != terms.session:
        raise Forbidden("9.6.3.1-4", "the session id extension is not that of the launch")
    if not contains(activities_of(context), terms.template["contextActivities"]):
        raise Forbidden("10.2.1.0-6", "the context does not hold the context template unaltered")


def _check_timestamp(statement: Json) -> None:
    given = statement.get("timestamp")
    if given is None:
        raise Forbidden("9.7.0.0-1", "the statement has no timestamp")
    try:
        parse_timestamp(given, "timestamp")
    except Invalid as bad:
        raise Forbidden("9.7.0.0-1", f"timestamp: {bad.why}") from bad
    if not given.endswith(_UTC_ENDINGS):
        raise Forbidden("9.7.0.0-2", "the timestamp is not in UTC")


def _check_actor(actor: Json, terms: Terms) -> None:
    if not is_actor(actor, terms.actor):
        raise Forbidden("8.1.3.0-3", "the actor is not the one of the launch")


def is_actor(given: Json, actor: Json) -> bool:
    """Whether an agent is the actor of the launch: the same account, and nothing else said of it."""
    rest = {name: value for name, value in given.items() if name != "objectType"}
    return given.get("objectType", "Agent") == "Agent" and rest == {"account": actor["account"]}


def _says_cmi5(statement: Json) -> bool:
    return Category.CMI5 in ids_of(statement, "category")


def _verb_of(statement: Json) -> Verb:
    verb = ITS_OWN.get(statement["verb"]["id"])
    if verb is None:
        raise Forbidden("9.3.0.0-2", "an AU has five verbs of cmi5: initialized, completed, passed, failed, terminated")
    return verb


def _check_object(statement: Json, terms: Terms) -> None:
    target = statement["object"]
    if target.get("objectType", "Activity") != "Activity" or target.get("id") != terms.activity_id:
        raise Forbidden("8.1.5.0-6", "the object is not the activity of the launch")


def _check_move_on(statement: Json) -> None:
    """The moveOn category stands exactly on statements with success or completion."""
    result = statement.get("result") or {}
    judged = "success" in result or "completion" in result
    if judged and Category.MOVE_ON not in ids_of(statement, "category"):
        raise Forbidden("9.6.2.2-1", "success and completion need the moveOn category")
    if not judged and Category.MOVE_ON in ids_of(statement):
        raise Forbidden("9.6.2.2-2", "the moveOn category needs success or completion")


def _check_beginning(verb: Verb, _terms: Terms, facts: Facts) -> None:
    if verb is Verb.INITIALIZED and not facts.read_preferences:
        raise Forbidden("11.0.0.0-3", "the learner preferences are read before initialized")
    if verb is not Verb.INITIALIZED and not facts.begun:
        raise Forbidden("9.3.0.0-4", "initialized comes first")


def _check_mode(verb: Verb, terms: Terms, _facts: Facts) -> None:
    if terms.mode is not Mode.NORMAL and verb in SATISFYING:
        raise Forbidden("10.2.2.0-5", f"nothing is completed, passed or failed in the launch mode {terms.mode}")


def _check_once(verb: Verb, _terms: Terms, facts: Facts) -> None:
    if verb in facts.said:
        raise Forbidden("9.3.0.0-2", f"the session has said {verb.name.lower()} already")
    if verb in JUDGING and facts.said & JUDGING:
        raise Forbidden("9.3.0.0-3", "a session is passed or failed once")


def _check_registration(verb: Verb, _terms: Terms, facts: Facts) -> None:
    if verb is Verb.COMPLETED and facts.completed_before:
        raise Forbidden("9.3.0.0-6", "the AU was completed in this registration")
    if verb is Verb.PASSED and facts.passed_before:
        raise Forbidden("9.3.0.0-7", "the AU was passed in this registration")
    if verb is Verb.FAILED and facts.passed_before:
        raise Forbidden("9.3.0.0-8", "the AU was passed in this registration: it cannot be failed any more")


_TURNS: tuple[Callable[[Verb, Terms, Facts], Any], ...] = (
    _check_beginning,
    _check_mode,
    _check_once,
    _check_registration,
)
