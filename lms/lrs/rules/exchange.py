"""A request to the store and its answer as plain data, whichever door it came through."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from lms.lrs.rules.refusal import Invalid

# Form fields of the alternate syntax that stand for headers (Communication 1.3).
HEADER_FIELDS = {
    name.lower(): name
    for name in (
        "Authorization", "X-Experience-API-Version", "Content-Type", "Content-Length", "If-Match", "If-None-Match",
        "Accept", "Accept-Language",
    )
}  # fmt: skip
_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")


@dataclass(frozen=True)
class Call:
    """What is asked. Header names are lower case; a parameter has one value."""

    method: str
    resource: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    alternate: bool = False

    @property
    def content_type(self) -> str:
        """The media type of the body, as sent."""
        return self.headers.get("content-type", "")


@dataclass(frozen=True)
class Answer:
    """What is answered."""

    status: int = 204
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def unfold(call: Call) -> Call:
    """The request that a POST in the alternate syntax of 1.0.3 stands for; any other comes back as it is.

    Raises Invalid where the syntax is mixed with other query parameters or names no method.
    """
    if call.method != "POST" or "method" not in call.params:
        return call
    if len(call.params) > 1:
        raise Invalid("method", "in the alternate syntax all other parameters are form fields")
    if call.params["method"] not in _METHODS:
        raise Invalid("method", f"must be one of {', '.join(_METHODS)}")
    fields = form_fields(call.body)
    headers = {
        **call.headers,
        **{name.lower(): value for name, value in fields.items() if name.lower() in HEADER_FIELDS},
    }
    if not any(name.lower() == "content-type" for name in fields):
        headers["content-type"] = "application/json"
    params = {name: value for name, value in fields.items() if name.lower() not in HEADER_FIELDS and name != "content"}
    return Call(
        call.params["method"], call.resource, params, headers, fields.get("content", "").encode(), alternate=True
    )


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form; raises Invalid."""
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except ValueError as problem:
        raise Invalid("", "the request is not a URL-encoded form") from problem
