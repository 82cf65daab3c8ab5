"""The gate of tincan packages (xAPI launched by endpoint and auth): its own actor, its own registration, no voiding."""

from collections.abc import Sequence

from lms.learning.rules.cmi5.gate import is_actor
from lms.learning.rules.cmi5.refusal import Forbidden
from lms.learning.rules.cmi5.terms import Json
from lms.lrs.rules.vocabulary import Verb


def judge(statements: Sequence[Json], actor: Json, registration: str) -> None:
    """Refuse statements about others; raises Forbidden.

    A package of that kind may leave the registration out; another one than its own is refused.
    """
    for statement in statements:
        if not is_actor(statement["actor"], actor):
            raise Forbidden("tincan-actor", "the actor is not the one of the launch")
        if statement["verb"]["id"] == Verb.VOIDED:
            raise Forbidden("tincan-void", "a package voids nothing")
        said = (statement.get("context") or {}).get("registration", registration)
        if str(said).lower() != registration.lower():
            raise Forbidden("tincan-registration", "context.registration is not the registration of the launch")
