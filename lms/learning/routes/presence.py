"""还在学习吗: the answer to a presence check, and the wish to be given more time."""

from typing import Any
from uuid import UUID

from flask import jsonify, request

from lms.foundation.database import transaction
from lms.foundation.permissions import allow
from lms.foundation.principal import current
from lms.learning.actions import presence
from lms.learning.forms import check_answer, wish
from lms.learning.routes.blueprint import STUDY, bp
from lms.learning.rules import words


@bp.post("/checks/<uuid:check_id>/answers")
@allow(STUDY)
def answer_check(check_id: UUID) -> Any:
    """Take in an answer to a check of the person's own, and say what became of it."""
    given = check_answer(request.get_data(cache=False))
    with transaction(current()):
        told = presence.answer(current().person(), check_id, given.chosen, given.way)
    said = words.check_answered(told.outcome, told.given_back_ms)
    return jsonify(outcome=told.outcome, given_back_ms=told.given_back_ms, check=told.check, words=said)


@bp.post("/wish")
@allow(STUDY)
def keep_wish() -> Any:
    """Give somebody more time for every check from now on, or the usual time again; nobody asks why."""
    slow = wish(request.get_data(cache=False))
    with transaction(current()):
        presence.wish(current().person(), slow)
    return jsonify(slow=slow)
