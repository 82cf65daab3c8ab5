"""/xapi: the front door of the record store, for machines that hold a key."""

from typing import Any, cast

from flask import Blueprint, Flask, Response, g, request
from flask.blueprints import BlueprintSetupState

from lms.config import settings
from lms.foundation import gate
from lms.foundation.permissions import Access, allow
from lms.lrs import keys
from lms.lrs.resources.handling import answer_about, handle
from lms.lrs.rules.exchange import Answer, Call
from lms.lrs.rules.versions import HEADER, Version

LARGEST_BODY = 16 * 1024 * 1024
METHODS = ["GET", "PUT", "POST", "DELETE"]
# The headers that the standard speaks of, and what WSGI calls them.
_HEADERS = {
    name.lower(): name.upper().replace("-", "_") if name == "Content-Type" else f"HTTP_{name.upper().replace('-', '_')}"
    for name in (HEADER, "Content-Type", "If-Match", "If-None-Match", "Accept-Language")
}

bp = Blueprint("lrs", __name__, url_prefix="/xapi")


@bp.record_once
def _wire(state: BlueprintSetupState) -> None:
    """Keys open these addresses, and nothing else does; forms from pages never come here."""
    gate.register(cast(Flask, state.app), Access.LRS_KEY, keys.authenticate)
    if "csrf" in state.app.extensions:
        state.app.extensions["csrf"].exempt(bp)


@bp.url_value_preprocessor
def _sizes(*_: Any) -> None:
    """Batches and documents may be larger than the forms of a page."""
    request.max_content_length = LARGEST_BODY
    request.max_form_memory_size = LARGEST_BODY


@bp.after_request
def _version(response: Response) -> Response:
    """Refusals from before the view carry the version too."""
    if HEADER not in response.headers:
        asked = request.headers.get(HEADER, "")
        response.headers[HEADER] = (Version.V2_0_0 if asked.startswith("2.") else Version.V1_0_3).value
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="xAPI"'
    return response


@bp.route("/statements", methods=METHODS)
@allow(Access.LRS_KEY)
def statements() -> Response:
    """The Statement resource."""
    return _answer("statements")


@bp.route("/activities/state", methods=METHODS)
@allow(Access.LRS_KEY)
def state() -> Response:
    """The State resource."""
    return _answer("activities/state")


@bp.route("/agents", methods=METHODS)
@allow(Access.LRS_KEY)
def agents() -> Response:
    """The Agents resource."""
    return _answer("agents")


@bp.route("/agents/profile", methods=METHODS)
@allow(Access.LRS_KEY)
def agent_profile() -> Response:
    """The Agent Profile resource."""
    return _answer("agents/profile")


@bp.route("/activities", methods=METHODS)
@allow(Access.LRS_KEY)
def activities() -> Response:
    """The Activities resource."""
    return _answer("activities")


@bp.route("/activities/profile", methods=METHODS)
@allow(Access.LRS_KEY)
def activity_profile() -> Response:
    """The Activity Profile resource."""
    return _answer("activities/profile")


@bp.route("/about", methods=METHODS)
@allow(Access.PUBLIC)
def about() -> Response:
    """The About resource."""
    return _response(answer_about(_call("about")))


def _answer(resource: str) -> Response:
    return _response(handle(_call(resource), g.lrs_caller, settings().app_origin))


def _call(resource: str) -> Call:
    headers = {name: value for name, key in _HEADERS.items() if (value := request.environ.get(key)) is not None}
    return Call(request.method, resource, request.args.to_dict(), headers, request.get_data())


def _response(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, dict(answer.headers))
    if answer.status != 204:
        response.content_type = answer.content_type
    return response
