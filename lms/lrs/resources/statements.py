"""The Statement resource (Communication 2.1): PUT, POST, GET."""

from collections.abc import Iterable
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec

from lms.lrs import actions, queries
from lms.lrs.connection import TO_READ, TO_WRITE, Sql
from lms.lrs.resources.session import Session, Unknown, need
from lms.lrs.rules import formats, parameters
from lms.lrs.rules.entry import prepare
from lms.lrs.rules.exchange import Answer, Call
from lms.lrs.rules.formats import Format
from lms.lrs.rules.language_maps import accepted
from lms.lrs.rules.multipart import Part, boundary_of, boundary_within, check_parts, join, split
from lms.lrs.rules.references import activities
from lms.lrs.rules.refusal import Invalid
from lms.lrs.rules.sequence import EPOCH, stored_at
from lms.lrs.rules.signatures import check_signatures
from lms.lrs.rules.statement import Statement, read_statement, read_statements, reread
from lms.lrs.rules.timestamps import write_timestamp
from lms.lrs.rules.uuids import parse_uuid

THROUGH = "X-Experience-API-Consistent-Through"
MORE = "/xapi/statements?"


def answer(session: Session, call: Call) -> Answer:
    """PUT one, POST one or many, GET one or a page."""
    need(call, "GET", "PUT", "POST")
    if call.method == "PUT":
        return _put(session, call)
    return _post(session, call) if call.method == "POST" else _get(session, call)


def _put(session: Session, call: Call) -> Answer:
    parameters.known(call.params, {"statementId"})
    given = parse_uuid(parameters.text(call.params, "statementId"), "statementId")
    body, parts = content_of(call)
    statement = _with_id(read_statement(body, session.version), given)
    _keep(session, [statement], parts)
    return Answer(204)


def _post(session: Session, call: Call) -> Answer:
    parameters.known(call.params, set())
    body, parts = content_of(call)
    statements = read_statements(body, session.version)
    _keep(session, statements, parts)
    return Answer(200, msgspec.json.encode([_id_as_sent(statement) for statement in statements]))


def _keep(session: Session, statements: list[Statement], parts: list[Part]) -> None:
    """All checks and hashes come before the transaction."""
    check_parts(statements, parts)
    check_signatures(statements, parts)
    authority, caller = session.authority, session.caller
    entries = [prepare(statement, caller.tenant_id, authority) for statement in statements]
    with session.transaction(TO_WRITE) as (sql, seq):
        actions.keep(sql, caller.tenant_id, entries, authority, parts, seq)


def content_of(call: Call) -> tuple[bytes, list[Part]]:
    """The statements' JSON of a request and the files that came with them; raises Invalid."""
    boundary = boundary_of(call.content_type) or boundary_within(call.content_type, call.body)
    if boundary is not None:
        return split(call.body, boundary)
    if call.content_type.partition(";")[0].strip().lower() != "application/json":
        raise Invalid("Content-Type", "must be application/json or multipart/mixed")
    return call.body, []


def _with_id(statement: Statement, given: UUID) -> Statement:
    if statement.event.id is msgspec.UNSET:
        return Statement(given, statement.event, statement.target, statement.text, statement.version)
    if statement.id != given:
        raise Invalid("id", "is not the statementId of the request")
    return statement


def _id_as_sent(statement: Statement) -> str:
    return str(statement.event.id) if statement.event.id is not msgspec.UNSET else str(statement.id)


def _get(session: Session, call: Call) -> Answer:
    single = parameters.single(call.params)
    return _one(session, call, *single) if single else _page(session, call)


def watermark(session: Session) -> dict[str, str]:
    """The header that says up to when all statements can be read; it goes with refusals as well."""
    with session.transaction(TO_READ) as (_, through):
        return {THROUGH: _through(through)}


def _one(session: Session, call: Call, statement_id: UUID, voided: bool) -> Answer:
    form, with_files = parameters.format_of(call.params), parameters.flag(call.params, "attachments")
    with session.transaction(TO_READ) as (sql, through):
        found = queries.one(sql, session.caller.tenant_id, statement_id, voided=voided)
        if found is None:
            raise Unknown("there is no such statement")
        body = _formed(sql, session, call, [found[0]], form)[0]
        parts = _files(sql, session, [found[0]]) if with_files else None
    headers = {THROUGH: _through(through), "Last-Modified": format_datetime(stored_at(found[1]), usegmt=True)}
    return _answer(body.encode(), parts, headers)


def _page(session: Session, call: Call) -> Answer:
    asked = parameters.question(call.params)
    form, with_files = parameters.format_of(call.params), parameters.flag(call.params, "attachments")
    with session.transaction(TO_READ) as (sql, through):
        rows, more = queries.page(sql, session.caller.tenant_id, asked)
        payloads = [payload for _, payload in rows]
        told = _formed(sql, session, call, payloads, form)
        parts = _files(sql, session, payloads) if with_files else None
    address = MORE + urlencode({**call.params, "cursor": str(rows[-1][0])}) if more else ""
    body = '{"statements":[' + ",".join(told) + '],"more":' + msgspec.json.encode(address).decode() + "}"
    headers = {THROUGH: _through(through)}
    if rows:
        newest = max(seq for seq, _ in rows)
        headers["Last-Modified"] = format_datetime(stored_at(newest), usegmt=True)
    return _answer(body.encode(), parts, headers)


def _answer(body: bytes, parts: list[Part] | None, headers: dict[str, str]) -> Answer:
    if parts is None:
        return Answer(200, body, headers=headers)
    content_type, mixed = join(body, parts)
    return Answer(200, mixed, content_type, headers)


def _formed(sql: Sql, session: Session, call: Call, payloads: list[str], form: Format) -> list[str]:
    """The texts as they are told; exact ones go out as they are kept."""
    if form is Format.EXACT:
        return payloads
    decoded = [msgspec.json.decode(payload) for payload in payloads]
    if form is Format.IDS:
        return _encoded(formats.ids(statement) for statement in decoded)
    iris = {iri for payload in payloads for iri in activities(reread(payload))}
    known = queries.definitions(sql, session.caller.tenant_id, iris)
    languages = accepted(call.headers.get("accept-language", ""))
    return _encoded(formats.canonical(statement, known, languages) for statement in decoded)


def _encoded(statements: Iterable[dict[str, Any]]) -> list[str]:
    return [msgspec.json.encode(statement).decode() for statement in statements]


def _files(sql: Sql, session: Session, payloads: list[str]) -> list[Part]:
    wanted = sorted({attachment.sha2.lower() for payload in payloads for attachment in reread(payload).attachments})
    return queries.files(sql, session.caller.tenant_id, wanted)


def _through(milliseconds: int) -> str:
    return write_timestamp(EPOCH + timedelta(milliseconds=milliseconds))
