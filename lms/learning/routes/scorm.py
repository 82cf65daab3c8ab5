"""The run-time of SCORM on the content host: the shell of a SCO, and the doors that it talks to under its token."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from lms.config import settings
from lms.foundation.database import transaction
from lms.foundation.errors import LMSError
from lms.foundation.permissions import Access, allow
from lms.learning.actions.scorm import committing, starting
from lms.learning.queries.launches import CONTENT, LaunchView, launch_of
from lms.learning.routes.content_host import shell
from lms.learning.rules.scorm.bodies import MOST_BYTES, TOO_LARGE, commit_of, kept_of, lines_of
from lms.learning.rules.scorm.elements import Problem
from lms.learning.rules.scorm.tracking import Standard
from lms.publishing import queries as publishing

bp = Blueprint("scorm", __name__)
log = logging.getLogger(__name__)

FAULT = "我们这边出了问题，以前存的都在。过几分钟再试"
UNREAD = "这个请求读不懂，没有收下，以前存的都在"
# What a SCO is told: 391 is the general failure to save in SCORM 2004 and in scorm-again's 1.2.
NOT_SAVED = 391
# How often an unsaved change goes out by itself.
AUTOCOMMIT_S = 20
USER_AGENT = 300

View = Callable[..., Any]


@shell("sco")
def page(launch: LaunchView, token: str) -> Any:
    """The shell of a SCO: the run-time of its standard, then the SCO in a frame."""
    with transaction(CONTENT):
        version = publishing.version(launch.version_id)
    return render_template(
        "learning/scorm.html",
        title=launch.lesson_title,
        token=token,
        place=f"{launch.registration.hex}-{launch.lesson_id.hex}",
        script="scorm12.js" if version.format == Standard.SCORM_12 else "scorm2004.js",
        app=settings().app_origin,
        autocommit_s=AUTOCOMMIT_S,
    )


def _answered(view: View) -> View:
    """Every refusal of these doors is JSON as scorm-again reads it, with a code and a sentence."""

    @wraps(view)
    def answer(*words: Any, **named: Any) -> Any:
        request.max_content_length = MOST_BYTES
        try:
            return view(*words, **named)
        except Problem as problem:
            return _refused(413 if problem.code == TOO_LARGE[0] else 422, problem.code, problem.sentence)
        except LMSError as problem:
            return _refused(problem.status, problem.code, problem.sentence)
        except HTTPException as problem:
            code, sentence = TOO_LARGE if problem.code == 413 else ("unreadable", UNREAD)
            return _refused(problem.code or 400, code, sentence)
        except Exception:
            log.exception("scorm door failed")
            return _refused(500, "fault", FAULT)

    return answer


@bp.post("/_rt/<token>/start")
@allow(Access.PUBLIC)
@_answered
def start(token: str) -> Any:
    """Open the SCO: the server numbers this opening and says what the run-time is filled with."""
    kept, agent, ip = kept_of(request.get_data(cache=False)), _agent(), request.remote_addr or ""
    with transaction(CONTENT):
        found = starting.start(launch_of(token, request.host), kept, agent, ip)
    return _said(
        {
            "result": True,
            "errorCode": 0,
            "attempt": str(found.attempt_id) if found.attempt_id else None,
            "run": found.run,
            "data": found.data,
            "frame": _address(token, found.entry),
            "asset": found.asset,
        }
    )


@bp.post("/_rt/<token>/commit")
@allow(Access.PUBLIC)
@_answered
def commit(token: str) -> Any:
    """Keep what the SCO says; JSON, as application/json or as the text/plain of a beacon."""
    sent, agent, ip = commit_of(request.get_data(cache=False)), _agent(), request.remote_addr or ""
    outcome = committing.take(token, request.host, sent, agent, ip)
    if outcome.refused:
        return _refused(409, outcome.refused, outcome.sentence)
    track = outcome.state.track
    told = {"status": outcome.status, "done": track.done, "place": track.place[:200], "hours": outcome.hours}
    return _said({"result": True, "errorCode": 0, **told})


@bp.post("/_rt/<token>/log")
@allow(Access.PUBLIC)
@_answered
def note(token: str) -> Any:
    """Keep what the run-time refused a SCO: many SCOs never look, and somebody must."""
    lines = lines_of(request.get_data(cache=False))
    with transaction(CONTENT):
        kept = committing.note(launch_of(token, request.host), lines)
    return _said({"result": kept, "errorCode": 0})


def _address(token: str, entry: str) -> str:
    """Where the SCO begins on this host; its entry is percent-encoded already."""
    return f"/c/{quote(token, safe='')}/{entry}"


def _agent() -> str:
    return request.headers.get("User-Agent", "")[:USER_AGENT]


def _said(told: dict[str, Any]) -> Response:
    answer = jsonify(told)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _refused(status: int, code: str, sentence: str) -> Response:
    answer = _said({"result": False, "errorCode": NOT_SAVED, "error": code, "message": sentence})
    answer.status_code = status
    return answer
