"""Places: counts, dates, prefixes, the cities without counties."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from lms.accounts import actions, queries
from lms.accounts.queries import regions as places
from lms.accounts.rules import regions as rules
from lms.foundation.database import db, transaction
from lms.foundation.errors import NotFound
from tests.people import SYSTEM

CODES = st.from_regex(r"\A44(0[1-9]|1[2-8]|5[1-3])((0[2-9]|2[1-9]|8[1-5])((00[1-9]|10[0-9])(2[0-9]{2})?)?)?\Z")


@pytest.fixture
def books(database):
    """A transaction to ask in."""
    with transaction(SYSTEM):
        yield database


def test_the_province_is_complete(books):
    """Sabotage: leave a city out of the data file, or count what has ended."""
    counts = places.region_counts()
    assert counts == {"province": 1, "city": 21, "county": 122, "township": 1610}


def test_names_say_the_way_down(books):
    """Sabotage: leave the city out, or the county of a township."""
    assert queries.region_name("440606") == "佛山市顺德区"
    assert queries.region_name("440606003") == "佛山市顺德区伦教街道"
    assert queries.region_name("44") == "广东省"
    assert queries.region_name("440699") == "440699"
    with pytest.raises(NotFound):
        queries.region("440699")


def test_a_city_without_counties_has_its_townships_directly_below(books):
    """Sabotage: put the townships of Dongguan under 441900."""
    below = queries.regions_below("441900")
    assert len(below) == 32 and {view.level for view in below} == {"township"}
    assert below[0].full_name == "东莞市东城街道"
    assert len(queries.regions_below("4420")) == 23


def test_an_ended_code_keeps_its_name_and_says_where_it_went(books):
    """Sabotage: drop ended rows from the data, or from regions()."""
    shunde = queries.region("440681")
    assert (shunde.name, shunde.successor, shunde.ended) == ("顺德市", "440606", date(2002, 12, 1))
    assert queries.region("440116", on=date(2010, 1, 1)).ended == date(2014, 12, 1)
    assert "440116" not in {view.code for view in queries.regions_below("4401")}
    assert "440116" in {view.code for view in queries.regions_below("4401", on=date(2010, 1, 1))}
    assert {view.code for view in places.region_history("440606")} == {"440606", "440681"}


def test_finding_stays_inside_the_scope(books):
    """Sabotage: leave `within` out."""
    assert [view.code for view in queries.find_regions("大良")] == ["440606005"]
    assert queries.find_regions("大良", within=("4401",)) == []
    assert queries.find_regions("4419", limit=3)[0].name == "东莞市"
    assert queries.find_regions("%") == [] and queries.find_regions(" ") == []


def test_every_place_stands_under_one_that_is(books):
    """Sabotage: derive the parent of 441900003 as 441900."""
    query = (
        "select r.code from region r left join region up on up.code = r.parent"
        " where up.code is null and r.level <> 'province'"
    )
    with_parents = "select code, parent from region"
    assert db.session.scalars(text(query)).all() == []
    rows = db.session.execute(text(with_parents)).all()
    assert [(code, parent) for code, parent in rows if rules.parent_of(code) != parent] == []


@given(CODES)
def test_each_place_lies_within_all_above_it(code):
    """Sabotage: compare a filled-up scope digit by digit."""
    up = rules.parent_of(code)
    while up is not None:
        assert rules.within(code, up) and rules.within(code, up.ljust(6, "0"))
        assert not rules.within(up, code)
        up = rules.parent_of(up)


@given(CODES)
def test_filling_up_changes_nothing(code):
    """Sabotage: cut one zero too many."""
    for length in (length for length in (6, 9, 12) if length > len(code)):
        assert rules.normal(code.ljust(length, "0")) == code
    assert rules.normal(code) == code


@pytest.mark.parametrize("township", ["441900003", "442000101", "441900003201"])
def test_the_scope_of_a_city_without_counties(township):
    """Sabotage: take 441900 as it is."""
    for scope in ("44", "4419", "441900") if township.startswith("4419") else ("44", "4420", "442000"):
        assert rules.within(township, scope)
    assert not rules.within(township, "4401")


def test_who_reaches_the_province():
    """Sabotage: ask the other way round."""
    assert rules.reaches_province("44") and rules.reaches_province("440000")
    assert not rules.reaches_province("4406")


def test_a_scope_of_dongguan_reaches_its_townships(people):
    """Sabotage: store the scope as it was typed: 441900 would not cover a school at 4419."""
    with transaction(SYSTEM):
        actions.give_scope(people.organisations["tianhe"], "441900", "P06")
    reach = people.principal("zhaojun").scope
    assert any(scope.region == "4419" and scope.covers("441900003", "P06") for scope in reach)
    assert any(scope.covers("4419", "P06") for scope in reach)
