"""/_xapi on the content host: where AUs and tincan activities speak to the record store, under the token of their launch."""

import logging
from typing import Any

import msgspec
from flask import Blueprint, Response, request
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge

from lms.foundation.database import transaction
from lms.foundation.errors import LMSError, NotFound
from lms.foundation.permissions import Access, allow
from lms.learning.actions.cmi5 import answering, fetching
from lms.learning.queries.cmi5 import origin_of
from lms.learning.queries.launches import CONTENT, LaunchOver, launch_of
from lms.learning.rules.cmi5.refusal import Forbidden
from lms.lrs.resources.handling import answer_about
from lms.lrs.rules.exchange import Answer, Call, form_fields
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.versions import HEADER

content = Blueprint("package_records", __name__)

LARGEST_BODY = 4 * 1024 * 1024
METHODS = ["GET", "PUT", "POST", "DELETE", "OPTIONS"]
RETRIES = 4
_TRANSIENT = (pg.DeadlockDetected, pg.SerializationFailure)
_HEADERS = (HEADER, "Content-Type", "If-Match", "If-None-Match", "Accept-Language")
_ABROAD = {
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": ", ".join((*_HEADERS, "Authorization")),
    "Access-Control-Expose-Headers": f"ETag, Last-Modified, {HEADER}, X-Experience-API-Consistent-Through",
    "Access-Control-Max-Age": "600",
    "Vary": "Origin",
}

log = logging.getLogger(__name__)


@content.post("/_xapi/<token>/fetch")
@allow(Access.PUBLIC)
def fetch(token: str) -> Any:
    """The authorization token of a session, once; always 200 (cmi5 8.2)."""
    try:
        with transaction(CONTENT):
            said = fetching.fetch(launch_of(token, request.host))
    except LMSError:
        said = fetching.NO_CONTEXT
    return _headed(Response(msgspec.json.encode(said), content_type="application/json"), token)


_DOOR: Any = {"methods": METHODS, "merge_slashes": False, "provide_automatic_options": False}


# Some libraries put a slash of their own behind the endpoint's: both are taken.
@content.route("/_xapi/<token>/<path:resource>", **_DOOR)
@content.route("/_xapi/<token>//<path:resource>", **_DOOR)
@allow(Access.PUBLIC)
def record(token: str, resource: str) -> Any:
    """One request to the record store; the token says whose, the credential proves it."""
    request.max_content_length = request.max_form_memory_size = LARGEST_BODY
    if request.method == "OPTIONS":
        return _headed(Response(status=204), token)
    if resource == "fetch":
        return Response(status=405, headers={"Allow": "POST"})
    return _headed(_response(_answered(token, resource.strip("/"))), token)


@content.errorhandler(RequestEntityTooLarge)
def too_large(_: RequestEntityTooLarge) -> Any:
    """A batch or document of more than LARGEST_BODY bytes: nothing of it is kept."""
    return _said(413, "too_large", "一次最多收 4 MB，分几次交")


def _answered(token: str, resource: str) -> Answer:
    body = request.get_data()
    headers = {name.lower(): request.headers[name] for name in _HEADERS if name in request.headers}
    call = Call(request.method, resource, request.args.to_dict(), headers, body)
    if resource == "about":
        return answer_about(call)
    try:
        return _within(token, call)
    except LaunchOver as over:
        return answering.forbidden(Forbidden("8.1.2.0-2", over.sentence))
    except NotFound:
        return Answer(404, msgspec.json.encode({"error": "not_found", "message": "没有这次学习，回到课程页重新打开"}))


def _within(token: str, call: Call) -> Answer:
    """One transaction; two that lock each other out are no fault of the AU's: one begins again."""
    for left in reversed(range(RETRIES)):
        try:
            with transaction(CONTENT):
                launch = launch_of(token, request.host)
                return answering.answer(launch, call, _authorization(call), request.remote_addr or "")
        except DBAPIError as problem:
            if not left or not isinstance(problem.orig, _TRANSIENT):
                raise
            log.warning("request of a package began again: %s", type(problem.orig).__name__)
        except _TRANSIENT:
            if not left:
                raise
    raise AssertionError("unreachable")


def _authorization(call: Call) -> str:
    """The Authorization header, or the form field of that name in the alternate syntax of 1.0.3."""
    given = request.headers.get("Authorization", "")
    if given or call.method != "POST" or "method" not in call.params:
        return given
    try:
        return form_fields(call.body).get("Authorization", "")
    except Invalid:
        return ""


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, dict(answer.headers))
    if answer.status != 204:
        response.content_type = answer.content_type
    return response


def _headed(response: Response, token: str) -> Response:
    """Nothing of it is kept on the way; an AU abroad may read it from its own pages, nobody else's pages may."""
    response.headers["Cache-Control"] = "no-store"
    origin = request.headers.get("Origin", "").lower()
    if origin and origin.partition("://")[2] != request.host.lower() and origin == _origin(token):
        response.headers.update({**_ABROAD, "Access-Control-Allow-Origin": request.headers["Origin"]})
    return response


def _origin(token: str) -> str:
    try:
        with transaction(CONTENT):
            return origin_of(launch_of(token, request.host).id)
    except LMSError:
        return ""


def _said(status: int, code: str, sentence: str) -> Response:
    return Response(msgspec.json.encode({"error": code, "message": sentence}), status, content_type="application/json")
