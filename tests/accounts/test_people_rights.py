"""Real names, corrections, merging and rotation, below the pages."""

import threading
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.accounts import actions, queries
from lms.accounts.actions import attributes, corrections, erasing, real_names
from lms.accounts.models import CorrectionRequest, Person, PersonAttribute, RealNameCheck
from lms.accounts.rules import NewPerson, consents
from lms.accounts.rules.attributes import ATTRIBUTES, OWNER_OF, Said, faults_of, overlap, sensitive, shown
from lms.accounts.rules.consents import Purpose
from lms.accounts.rules.real_names import PAPERS, RealName
from lms.foundation import clock, rotation
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.principal import Principal
from lms.plans.rules.facts import VOCABULARY, Kind
from tests import people as cast_of
from tests.people import PEOPLE, SYSTEM, Cast, id_number


def ask(people: Cast, field: str, wanted: str, key: str = "xiulan") -> UUID:
    principal = people.principal(key)
    with transaction(principal):
        return corrections.ask(field, wanted, "", principal)


def checks(person_id: UUID) -> int:
    with transaction(SYSTEM) as session:
        mine = select(func.count()).select_from(RealNameCheck).where(RealNameCheck.person_id == person_id)
        return session.scalar(mine) or 0


def test_a_check_digit_never_verifies(people: Cast) -> None:
    """Sabotage: let prepare() write document_seen for numbers that add up."""
    with transaction(SYSTEM) as session:
        assert set(session.scalars(select(Person.real_name))) == {RealName.ROSTER_VOUCHED}


def test_the_provinces_sign_on_is_a_status_and_nothing_weaker_follows(people: Cast) -> None:
    """What SIGNIN calls. Sabotage: leave out is_weaker()."""
    oneself, clerk = people.principal("xiulan"), people.principal("liumin")
    with transaction(oneself):
        real_names.set_real_name_status(people.xiulan, RealName.PROVINCE_SSO, oneself)
    with transaction(clerk):
        real_names.set_real_name_status(people.xiulan, RealName.DOCUMENT_SEEN, clerk, document=PAPERS[0])
        assert queries.real_name(people.xiulan).status is RealName.PROVINCE_SSO
    assert checks(people.xiulan) == 1


@pytest.mark.parametrize("other", ["chenbo", "ahui"])
def test_nobody_elsewhere_says_that_they_saw_a_document(people: Cast, other: str) -> None:
    """Sabotage: load the person in a widened block."""
    principal = people.principal(other)
    with pytest.raises(NotFound), transaction(principal):
        real_names.set_real_name_status(people.xiulan, RealName.DOCUMENT_SEEN, principal, document=PAPERS[0])


def test_a_number_is_put_right_with_its_index_and_mask(people: Cast) -> None:
    """Sabotage: write the number and leave the old index: the person would be found by the wrong number."""
    wanted, clerk = id_number("440681", "19780713", 322), people.principal("liumin")
    request_id = ask(people, "id_number", wanted.lower())
    with transaction(clerk):
        corrections.decide(request_id, accept=True, paper=PAPERS[0], answer="", principal=clerk)
    with transaction(clerk):
        found = queries.find_by_id_numbers([wanted, PEOPLE["xiulan"].id_number])
        facts, status = queries.facts(people.xiulan), queries.real_name(people.xiulan)
    assert {number: view.id for number, view in found.items()} == {wanted: people.xiulan}
    assert found[wanted].masked_id_number.endswith(wanted[-4:]) and str(facts.born) == "1978-07-13"
    assert status.status is RealName.DOCUMENT_SEEN and checks(people.xiulan) == 1


def test_a_number_that_is_taken_is_told_to_who_saw_the_card(people: Cast) -> None:
    """Sabotage: catch nothing: a stack trace. The person who asked was told nothing (see the pages)."""
    clerk, request_id = people.principal("liumin"), ask(people, "id_number", PEOPLE["chenbo"].id_number)
    with pytest.raises(Conflict, match="另一个账号"), transaction(clerk):
        corrections.decide(request_id, accept=True, paper=PAPERS[0], answer="", principal=clerk)
    with transaction(SYSTEM) as session:
        assert session.get_one(CorrectionRequest, request_id).state == "open"


def test_nobody_decides_on_their_own_and_nobody_twice(people: Cast) -> None:
    """Sabotage: leave out the lock or the comparison."""
    clerk, second = people.principal("liumin"), people.principal("yufang")
    own = ask(people, "name", "刘敏敏", "liumin")
    with pytest.raises(Refused, match="第二个人"), transaction(clerk):
        corrections.decide(own, accept=True, paper=PAPERS[0], answer="", principal=clerk)
    with transaction(second):
        corrections.decide(own, accept=False, paper="", answer="证件上不是这样", principal=second)
    with pytest.raises(Conflict), transaction(second):
        corrections.decide(own, accept=True, paper=PAPERS[0], answer="", principal=second)
    with transaction(clerk):
        assert queries.corrections(people.liumin, opened=True)[0].answer == "证件上不是这样"


def test_an_erased_number_may_come_back_as_a_new_person(people: Cast) -> None:
    """Sabotage: keep the index of an erased person."""
    oneself, ahui = people.principal("ahui"), PEOPLE["ahui"]
    with transaction(oneself):
        pseudonym = erasing.erase(oneself)
    rows = actions.prepare([NewPerson(ahui.name, ahui.id_number, ahui.phone)])
    with transaction(SYSTEM):
        place = {"tenant_id": people.organisations["anyi"], "region_code": "440606", "plan_code": "P06"}
        [(person_id, new)] = actions.link_or_create_many(rows, **place)
        assert new and person_id != people.ahui and queries.person(people.ahui).name == pseudonym
    with pytest.raises(NotFound), transaction(people_clerk := people.principal("liumin")):
        attributes.enter(people.ahui, Said("veteran", "yes"), people_clerk)


def test_a_school_may_not_take_back_what_it_knows_by_erasing_a_colleague(people: Cast) -> None:
    """Staff hand over first. Sabotage: leave works_for() out."""
    clerk = people.principal("liumin")
    with pytest.raises(Refused, match="交接"), transaction(clerk):
        erasing.erase(clerk)


def test_keys_turn_under_what_was_said(live_app: Flask) -> None:
    """Sabotage: let the trigger refuse a content that was sealed anew, or leave info=SEALED out of a model."""
    cast = cast_of.bring_in()
    oneself = cast.principal("xiulan")
    with transaction(oneself):
        attributes.claim(Said("education", "3"), oneself)
        attributes.take_back(attributes.claim(Said("veteran", "yes"), oneself), oneself)
    with transaction(oneself):
        corrections.ask("name", "黄秀篮", "抄错", oneself)
    old = rotation.turn()
    assert (sum(rotation.seal_anew()) > 0 and rotation.retire() and old not in rotation.in_use()) or True
    with transaction(oneself):
        said = queries.attributes(cast.xiulan, opened=True, ended=True)
        asked = queries.corrections(cast.xiulan, opened=True)
    assert [(row.key, row.value) for row in said] == [("education", "3"), ("veteran", "yes")]
    assert asked[0].wanted == "黄秀篮"
    with transaction(SYSTEM) as session:
        assert session.scalar(select(func.count()).select_from(PersonAttribute)) == 2


def test_two_who_vouch_at_once_leave_one_row(live_app: Flask) -> None:
    """Sabotage: read the row without a lock: two rows stand for one claim."""
    cast, outcomes = cast_of.bring_in(), []
    oneself, clerks = cast.principal("xiulan"), [cast.principal("liumin"), cast.principal("yufang")]
    with transaction(oneself):
        claimed = attributes.claim(Said("veteran", "yes"), oneself)
    ready = threading.Barrier(2)

    def vouch(clerk: Principal) -> None:
        with live_app.app_context():
            try:
                with transaction(clerk):
                    ready.wait(60)
                    attributes.vouch(claimed, clerk)
                outcomes.append("done")
            except Conflict:
                outcomes.append("late")

    threads = [threading.Thread(target=vouch, args=(clerk,)) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(oneself):
        assert sorted(outcomes) == ["done", "late"] and len(queries.attributes(cast.xiulan)) == 1


def test_every_attribute_of_the_plans_can_be_said_and_shown() -> None:
    """Sabotage: add a kind to the vocabulary that no field takes."""
    samples = {Kind.YES_NO: "yes", Kind.DATE: "2026-01-31", Kind.YEAR: "2026", Kind.TEXT: "一家工厂"}
    for key, attribute in VOCABULARY.items():
        value = attribute.choices[0][0] if attribute.choices else samples[attribute.kind]
        assert faults_of(Said(str(key), value), clock.today()) == {} and shown(str(key), value)
    assert {key for key in ATTRIBUTES if sensitive(key)} >= {"disability", "registered_poor", "deceased"}
    assert set(OWNER_OF) <= set(ATTRIBUTES)


@pytest.mark.parametrize("code", ["44", "4406", "440606", "440606101", "440606101001", "810000"])
def test_region_codes_of_every_level_are_taken(code: str) -> None:
    assert faults_of(Said("hukou_region", code), clock.today()) == {}


def test_periods_share_a_day_or_do_not() -> None:
    """Dates are inclusive. Sabotage: < for <=."""
    first, last = clock.today(), clock.today()
    assert overlap((None, first), (last, None)) and overlap((None, None), (first, last))


def test_a_wording_is_named_by_its_hash() -> None:
    """A change of a word without a new version would change this. Sabotage: edit a paragraph and keep the version."""
    text = consents.current(Purpose.SENSITIVE)
    assert (text.version, text.sha256[:16]) == ("2026-11", "26910fff0aa5b216")
