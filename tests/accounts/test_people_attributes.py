"""What is said of people: by whom it becomes firmer, who may look, and that looking leaves an entry."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from lms.accounts import queries
from lms.accounts.actions import attributes, consents, documents
from lms.accounts.models import AuditEntry, KnownTo, PersonAttribute, PersonDocument
from lms.accounts.rules.attributes import Said
from lms.accounts.rules.consents import Purpose, current
from lms.foundation import rotation
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, LMSError, NotFound, Refused
from lms.foundation.permissions import Permission
from lms.foundation.principal import Principal, Scope
from lms.plans.rules.facts import AttributeKey, Education, Standing
from tests.people import SYSTEM, Cast

VETERAN, BLIND = Said("veteran", "yes"), Said("disability", "visual")
PICTURE = b"\xff\xd8\xff" + b"a made-up photograph" * 50


def second_clerk(people: Cast) -> Principal:
    """Another of the same school who may prove."""
    known = people.principal("yufang")
    return Principal(known.person_id, known.organisations, (), known.permissions | {Permission.PERSON_PROVE})


def say(people: Cast, said: Said, key: str = "xiulan") -> UUID:
    principal = people.principal(key)
    with transaction(principal):
        return attributes.claim(said, principal)


def agree(people: Cast, key: str = "xiulan") -> None:
    principal = people.principal(key)
    with transaction(principal):
        consents.give(Purpose.SENSITIVE, current(Purpose.SENSITIVE).version, principal)


def a_document(people: Cast) -> UUID:
    prepared, oneself = documents.prepare(PICTURE), people.principal("xiulan")
    documents.keep(prepared)
    with transaction(oneself):
        return documents.record(prepared, people.xiulan, "proof", oneself)


def entries(action: str) -> int:
    with transaction(SYSTEM) as session:
        return session.scalar(select(func.count()).where(AuditEntry.action == action)) or 0


def live(people: Cast) -> list[queries.AttributeView]:
    with transaction(people.principal("xiulan")):
        return queries.attributes(people.xiulan, opened=True)


def test_a_claim_is_vouched_and_then_proved_by_a_second_person(people: Cast) -> None:
    """Sabotage: let prove() forget why_not_prove: one clerk does both."""
    claimed, clerk = say(people, VETERAN), people.principal("liumin")
    with transaction(clerk):
        vouched = attributes.vouch(claimed, clerk)
    alone = Principal(clerk.person_id, clerk.organisations, (), clerk.permissions | {Permission.PERSON_PROVE})
    picture = a_document(people)
    with pytest.raises(Refused, match="等第二个人"), transaction(alone):
        attributes.prove(vouched, alone, picture)
    second = second_clerk(people)
    with pytest.raises(Refused, match="证明材料"), transaction(second):
        attributes.prove(vouched, second)
    with transaction(second):
        attributes.prove(vouched, second, picture)
    with transaction(people.principal("xiulan")):
        rows = queries.attributes(people.xiulan, ended=True)
        facts = queries.facts(people.xiulan)
    assert [row.standing for row in rows] == [Standing.CLAIMED, Standing.VOUCHED, Standing.PROVED]
    assert [row.ended_why for row in rows] == ["confirmed", "confirmed", None] and rows[2].entered_by == people.yufang
    assert [(f.key, f.value, f.standing) for f in facts.facts] == [(AttributeKey.VETERAN, "yes", Standing.PROVED)]
    assert entries("attribute:vouched") == entries("attribute:proved") == 1


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        (Said("veteran", "maybe"), "value", "选“是”"),
        (Said("settlement_year", "20x4"), "value", "4 位年份"),
        (Said("contract_start", "2026-02-30"), "value", "没有这一天"),
        (Said("hukou_region", "顺德"), "value", "区划代码"),
        (Said("education", "9"), "value", "列出的"),
        (Said("unheard_of", "yes"), "value", "列出的"),
        (Said("deceased", "yes"), "key", "主管部门"),
        (Said("disability", "visual"), "key", "先同意"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_field(people: Cast, said: Said, field: str, words: str) -> None:
    """Sabotage: write before checking."""
    with pytest.raises(Refused, match=words) as caught:
        say(people, said)
    assert caught.value.field == field and not live(people)


def test_saying_it_again_ends_what_was_said(people: Cast) -> None:
    """Sabotage: change the row instead: the trigger refuses; leave out _replace: two rows stand."""
    say(people, Said("education", "2"))
    say(people, Said("education", "3"))
    with transaction(people.principal("xiulan")):
        facts = queries.facts(people.xiulan)
        rows = queries.attributes(people.xiulan, ended=True)
    assert facts.education is Education.SENIOR and [row.value for row in rows] == ["2", "3"]
    assert [row.ended_why for row in rows] == ["replaced", None]


def test_facts_come_from_the_number_and_the_three_places(people: Cast) -> None:
    """Sabotage: take 户籍地 from the number."""
    say(people, Said("hukou_region", "430102"))
    say(people, Said("work_region", "440606"))
    with transaction(people.principal("xiulan")):
        facts = queries.facts(people.xiulan)
    assert (str(facts.born), facts.sex) == ("1978-07-12", "f")
    assert (facts.hukou_region, facts.insured_region, facts.work_region) == ("430102", None, "440606")


def test_a_sensitive_thing_is_closed_and_each_look_leaves_one_entry(people: Cast) -> None:
    """Sabotage: open in queries.attributes, or look without audit()."""
    agree(people)
    say(people, BLIND)
    clerk, auditor = people.principal("liumin"), people.principal("suwen")
    with transaction(clerk):
        closed = queries.attributes(people.xiulan)
    assert (closed[0].key, closed[0].value, closed[0].words) == (None, None, "敏感信息")
    with pytest.raises(Refused, match="为什么要看"), transaction(clerk):
        attributes.look(people.xiulan, " ", clerk)
    with pytest.raises(NotFound), transaction(auditor):
        attributes.look(people.xiulan, "看看", auditor)
    assert entries("attribute:look") == 0
    with transaction(clerk):
        opened = attributes.look(people.xiulan, "核对残疾人证", clerk)
    assert opened[0].shown == "视力残疾" and entries("attribute:look") == 1


def test_a_look_that_is_rolled_back_shows_nothing(people: Cast) -> None:
    """The entry and the look are one transaction. Sabotage: audit in a transaction of its own."""
    agree(people)
    say(people, BLIND)
    clerk = people.principal("liumin")
    with pytest.raises(RuntimeError), transaction(clerk):
        attributes.look(people.xiulan, "核对", clerk)
        raise RuntimeError
    assert entries("attribute:look") == 0


@pytest.mark.parametrize("other", ["chenbo", "zhaojun", "ahui"])
def test_a_neighbour_finds_nothing(people: Cast, other: str) -> None:
    """Sabotage: load by id in a widened block."""
    claimed, principal = say(people, VETERAN), people.principal(other)
    calls: list[Callable[[], object]] = [
        lambda: attributes.vouch(claimed, principal),
        lambda: attributes.prove(claimed, principal),
        lambda: attributes.deny(claimed, "不对", principal),
        lambda: attributes.take_back(claimed, principal),
        lambda: attributes.enter(people.xiulan, VETERAN, principal),
        lambda: attributes.look(people.xiulan, "看看", principal),
    ]
    for call in calls:
        with pytest.raises(NotFound), transaction(principal):
            call()


def test_a_department_sees_what_is_its_business(people: Cast) -> None:
    """The disabled persons' federation does not see veterans. Sabotage: leave in_remit() out of any of the five."""
    agree(people)
    picture, oneself, federation = a_document(people), people.principal("xiulan"), people.principal("haoran")
    federation = replace(federation, scope=(Scope("44", "disabled_federation", "P10"),))
    with transaction(oneself):
        claimed = attributes.claim(VETERAN, oneself, picture)
        attributes.claim(BLIND, oneself)
    with transaction(SYSTEM):
        db.session.add(
            KnownTo(
                person_id=people.xiulan, tenant_id=people.organisations["anyi"], region_code="440606", plan_code="P10"
            )
        )
    with transaction(federation):
        assert [a.words for a in queries.attributes(people.xiulan)] == ["敏感信息"]
        opened = attributes.look(people.xiulan, "核对", federation)
        assert [a.key for a in opened] == ["disability"]
        assert [f.key for f in queries.facts(people.xiulan).facts] == [AttributeKey.DISABILITY]
    for refused in (
        lambda: queries.attribute(claimed),
        lambda: attributes.prove(claimed, federation, picture),
        lambda: documents.open_document(picture, "看看", federation),
    ):
        with pytest.raises(NotFound), transaction(federation):
            refused()


def test_what_has_ended_is_not_confirmed(people: Cast) -> None:
    """Sabotage: look at the row before it is locked."""
    claimed, clerk, oneself = say(people, VETERAN), people.principal("liumin"), people.principal("xiulan")
    with transaction(oneself):
        attributes.take_back(claimed, oneself)
    with pytest.raises(Conflict), transaction(clerk):
        attributes.vouch(claimed, clerk)


def test_withdrawing_consent_deletes_the_sensitive_and_leaves_the_rest(people: Cast) -> None:
    """Sabotage: end the rows and keep their contents, or the file."""
    agree(people)
    say(people, VETERAN)
    picture, oneself = a_document(people), people.principal("xiulan")
    with transaction(oneself):
        attributes.claim(BLIND, oneself, picture)
        opening = documents.open_document(picture, "", oneself)
    assert opening.read() == PICTURE
    with transaction(oneself):
        consents.withdraw(Purpose.SENSITIVE, oneself)
    assert [row.key for row in live(people)] == ["veteran"]
    with transaction(SYSTEM) as session:
        hidden = session.scalars(select(PersonAttribute).where(PersonAttribute.sensitive)).one()
        kept = session.get_one(PersonDocument, picture)
        assert (hidden.content, hidden.ended_why) == (None, "consent_withdrawn")
        assert (kept.file_key, kept.data_key) == (None, None)
    with pytest.raises(LMSError), transaction(oneself):
        documents.open_document(picture, "", oneself)
    with pytest.raises(Refused, match="先同意"):
        say(people, BLIND)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a....", b"<html>", b"MZ\x90", b"\xff\xd8\xff" + b"0" * documents.MOST_BYTES]
)
def test_only_pictures_and_pdf_of_a_sensible_size_are_kept(app: object, data: bytes) -> None:
    """Sabotage: believe the name of the file."""
    with pytest.raises(LMSError):
        documents.prepare(data)


def test_a_document_is_encrypted_where_it_is_kept(people: Cast, app) -> None:
    """Sabotage: put the data instead of the sealed content."""
    prepared = documents.prepare(PICTURE)
    documents.keep(prepared)
    with app.extensions["storage"].open(prepared.file_key) as stream:
        kept = stream.read()
    assert b"photograph" not in kept and prepared.file_key.endswith(".sealed")


def test_rotation_knows_the_new_sealed_columns(people: Cast) -> None:
    """Sabotage: leave info=SEALED out of a model, or let the trigger refuse new contents."""
    agree(people)
    say(people, BLIND)
    a_document(people)
    places = {(place.name, name) for place, name in rotation.sealed_columns()}
    assert {("person_attribute", "content"), ("person_document", "data_key"), ("person", "particulars")} <= places
    with transaction(SYSTEM) as session:
        before = session.scalars(select(PersonAttribute.content)).one()
        session.execute(text("update person_attribute set content = content || ''::bytea"))
    assert before is not None and db.session is not None
