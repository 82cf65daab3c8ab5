"""What the three document resources have in common (Communication 2.2)."""

from email.utils import format_datetime

import msgspec

from lms.lrs import documents
from lms.lrs.documents import Place
from lms.lrs.resources.session import Session, Unknown
from lms.lrs.rules import parameters
from lms.lrs.rules.documents import (
    Document,
    Resource,
    check_overwrite,
    is_json,
    merge,
    read_json_object,
)
from lms.lrs.rules.exchange import Answer, Call
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.versions import Version


def get(session: Session, call: Call, place: Place) -> Answer:
    """One document with its ETag, or the names of those there."""
    since = parameters.moment(call.params, "since")
    if place.name is not None and since is not None:
        raise Invalid("since", "is for lists, not for one document")
    with session.transaction() as (sql, _):
        if place.name is None:
            return Answer(200, msgspec.json.encode(documents.names(sql, place, since)))
        found = documents.read(sql, place)
    if found is None:
        raise Unknown("there is no such document")
    headers = {"ETag": found.etag, "Last-Modified": format_datetime(found.updated, usegmt=True)}
    return Answer(200, found.content, found.content_type, headers)


def put(session: Session, call: Call, place: Place) -> Answer:
    """Write the document over what is there, if the headers allow it."""
    _check_content(call)
    with session.transaction() as (sql, _):
        if not _blind(session, call, place):
            documents.take_turn(sql, place)
            _check(session, call, place, documents.read(sql, place))
        documents.write(sql, place, call.body, call.content_type)
    return Answer(204)


def post(session: Session, call: Call, place: Place) -> Answer:
    """Merge a JSON object into the one that is there, or write the first."""
    _check_content(call)
    with session.transaction() as (sql, _):
        documents.take_turn(sql, place)
        existing = documents.read(sql, place)
        _check(session, call, place, existing)
        if existing is None:
            documents.write(sql, place, call.body, call.content_type)
        elif existing.is_json and is_json(call.content_type):
            documents.write(sql, place, merge(existing, call.body), call.content_type)
        else:
            raise Invalid("Content-Type", "only JSON objects are merged, into JSON objects: PUT writes over")
    return Answer(204)


def delete(session: Session, call: Call, place: Place) -> Answer:
    """Take one document away, or all of them."""
    with session.transaction() as (sql, _):
        if place.name is None:
            documents.clear(sql, place)
        else:
            documents.take_turn(sql, place)
            _check(session, call, place, documents.read(sql, place))
            documents.delete(sql, place)
    return Answer(204)


def _check(session: Session, call: Call, place: Place, existing: Document | None) -> None:
    if_match, if_none_match = call.headers.get("if-match"), call.headers.get("if-none-match")
    check_overwrite(existing, if_match, if_none_match, place.resource, session.version, call.method)


def _blind(session: Session, call: Call, place: Place) -> bool:
    """Whether a PUT may write over anything: 1.0.3 asks no header for State, so nothing needs to be read."""
    plain = "if-match" not in call.headers and "if-none-match" not in call.headers
    return plain and session.version is Version.V1_0_3 and place.resource is Resource.STATE


def _check_content(call: Call) -> None:
    if not call.content_type:
        raise Invalid("Content-Type", "this header is required")
    if "\0" in call.content_type or len(call.content_type) > 500:
        raise Invalid("Content-Type", "must be a media type")
    if is_json(call.content_type) and call.method == "POST":
        read_json_object(call.body)
    elif is_json(call.content_type):
        try:
            msgspec.json.decode(call.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
            raise Invalid("", "the document says that it is JSON, and is not") from problem
