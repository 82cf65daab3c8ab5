"""Region × department × plan: an administrator limited to one of them tries next door, on every list and in every table.

Objects by their address are the matrix's (tests/permission_matrix.tsv, columns zhaojun and haoran).
"""

import pytest
from sqlalchemy import select, text

from lms.accounts import actions
from lms.accounts.models import Person
from lms.foundation.database import db, transaction
from lms.foundation.principal import Principal, Scope
from tests import world
from tests.accounts import houses
from tests.cohorts.classes import a_class, change
from tests.people import SYSTEM

PLACED = text(
    "select table_name from information_schema.columns where table_schema = 'public' and column_name in"
    " ('region_code', 'plan_code') group by table_name having count(*) = 2 order by 1"
)
# Approved courses and signed training packages are everybody's catalogue; entries of the audit have a policy and tests of
# their own (tests/accounts/test_audit*.py).
PUBLIC = {
    "package",
    "package_version",
    "lesson",
    "training_version",
    "training_signature",
    "syllabus_item",
    "audit_entry",
}
LISTS = ("/inbox", "/organisations", "/reviews", "/exports")
ANYI = ("安颐", "黄秀兰", "何阿辉", "农村电商", "新来职业培训学校", "退役")


@pytest.fixture
def everything(people):
    """One of everything at anyi in 440606 for P06, and a veterans' class of anyi for P07 in which ahui is."""
    world.build(people)
    veterans = a_class(people, state="filed", code="V-1", title="退役军人就业技能第 1 期")
    change(veterans, programme_code="P07-employment_skill", plan_code="P07")
    with transaction(SYSTEM):
        place = {"tenant_id": people.organisations["anyi"], "region_code": "440606", "plan_code": "P07"}
        db.session.execute(
            text("insert into known_to values (:person, :tenant_id, :region_code, :plan_code) on conflict do nothing"),
            {"person": people.ahui, **place},
        )
        actions.take_part(people.organisations["anyi"], "P07")
    houses.asks(5, plan_code="P07", name="退役军人培训学校")
    return people


def tables() -> list[str]:
    with transaction(SYSTEM) as session:
        return list(session.scalars(PLACED))


def outside(principal: Principal, table: str) -> int:
    """Rows that the principal's queries give although no scope covers them; one's own (about oneself) are one's own."""
    own = "where person_id <> :me" if table == "known_to" else ""
    with transaction(principal) as session:
        rows = session.execute(text(f"select region_code, plan_code from {table} {own}"), {"me": principal.person_id})
        return sum(not any(scope.covers(*row) for scope in principal.scope) for row in rows)


def in_all(table: str) -> int:
    with transaction(SYSTEM) as session:
        return session.scalar(text(f"select count(*) from {table}"))


def test_no_table_gives_what_is_next_door(everything):
    """Sabotage: drop a policy, or compare the region alone in lms_in_scope(). `programme` and its like have no tenant."""
    full = [table for table in tables() if table not in PUBLIC and in_all(table)]
    assert {"cohort", "enrolment", "known_to", "organisation_plan", "organisation_application"} <= set(full)
    for principal in map(everything.principal, ("zhaojun", "haoran", "hequan")):
        assert {table: n for table in full if (n := outside(principal, table))} == {}


def test_no_list_shows_what_is_next_door(everything, client_for):
    """Sabotage: leave the scope out of one of the queries behind the lists."""
    for key in ("zhaojun", "haoran"):
        client = client_for(everything.ids[key])
        for address in LISTS:
            page = client.get(address, follow_redirects=True)
            assert page.status_code == 200, address
            assert not [word for word in ANYI if word in page.text], address


def test_a_federation_of_the_disabled_does_not_see_veterans(everything, client_for):
    """A department sees its own plan in its whole region, and nothing else. Sabotage: give the scope without its plans."""
    place = {"tenant_id": everything.organisations["anyi"], "region_code": "440606", "plan_code": "P10"}
    with transaction(SYSTEM) as session:
        federation = actions.found_organisation("authority", "省残联就业处", "440000", department="disabled_federation")
        actions.give_scope(federation, "44", None, "disabled_federation")
        actions.employ(everything.yufang, federation, "administrator")
        session.execute(
            text("insert into known_to values (:p, :tenant_id, :region_code, :plan_code)"),
            {"p": everything.xiulan, **place},
        )
    with transaction(SYSTEM):
        db.session.execute(
            text("delete from membership where person_id = :p and role = 'clerk'"), {"p": everything.yufang}
        )
    principal = everything.principal("yufang")
    assert principal.scope == (Scope("44", "disabled_federation", "P10"),)
    with transaction(principal) as session:
        assert set(session.scalars(select(Person.id))) == {everything.xiulan, everything.yufang}
        assert session.scalar(text("select lms_in_scope('440606', 'P10')"))
        assert not session.scalar(text("select lms_in_scope('440606', 'P07')"))
        assert session.scalar(text("select lms_in_scope('440606', 'P10', 'disabled_federation')"))
        assert not session.scalar(text("select lms_in_scope('440606', 'P10', 'veterans')"))
    assert "退役" not in client_for(everything.yufang).get("/inbox").text


def test_a_scope_without_department_has_every_department(people):
    """Sabotage: ask the department of everybody."""
    with transaction(Principal(scope=(Scope("44", None, None),))) as session:
        assert session.scalar(text("select lms_in_scope('440606', 'P07', 'veterans')"))
        assert not session.scalar(text("select lms_in_scope('450000', 'P07', 'veterans')"))
    with transaction(Principal()) as session:
        assert not session.scalar(text("select lms_in_scope('440606', 'P07', 'veterans')"))


def test_province_city_and_county_see_what_is_below(everything):
    """Sabotage: compare regions for equality."""
    for prefix, sees in (("44", 1), ("4406", 1), ("440606", 1), ("440605", 0), ("4401", 0), ("45", 0)):
        with transaction(Principal(scope=(Scope(prefix, None, "P06"),))) as session:
            assert bool(session.scalar(text("select count(*) from cohort"))) is bool(sees), prefix
