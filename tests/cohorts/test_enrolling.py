"""Taking a roster in, on a real PostgreSQL: all or nobody, once, and nobody twice."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lms.accounts import actions as accounts
from lms.accounts import queries as views
from lms.accounts.models import Person
from lms.accounts.rules import NewPerson
from lms.cohorts import queries
from lms.cohorts.actions import enrolling, filing
from lms.cohorts.events import PeopleEnrolled
from lms.cohorts.models import Enrolment, RosterImport
from lms.cohorts.rules.preview import Preview
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.foundation.events import Reactions
from lms.foundation.principal import Principal
from tests.cohorts.classes import a_class, change, members
from tests.cohorts.rosters import HEADER, xlsx
from tests.cohorts.rosters import people as made_up
from tests.cohorts.rosters import text as as_text
from tests.people import PEOPLE, SYSTEM, Cast, bring_in


def preview(cohort_id: UUID, principal: Principal, rows: list[Any]) -> UUID:
    """Upload rows as a file, as the page does it."""
    roster = enrolling.read(as_text([HEADER, *rows]))
    with transaction(principal):
        compared = enrolling.compare(roster, cohort_id, principal)
    kept = enrolling.seal(compared)
    with transaction(principal):
        return enrolling.keep(kept, cohort_id, "名单.csv", principal)


def kept_preview(import_id: UUID, principal: Principal) -> Preview:
    with transaction(principal):
        blob = queries.sealed_content(import_id)
    return enrolling.opened(import_id, blob)


def confirm(cohort_id: UUID, import_id: UUID, principal: Principal) -> enrolling.Outcome:
    prepared = enrolling.prepare(import_id, kept_preview(import_id, principal))
    with transaction(principal):
        return enrolling.confirm(prepared, cohort_id, principal)


def count(table: type) -> int:
    with transaction(SYSTEM):
        return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def liumin(people: Cast) -> Principal:
    return people.principal("liumin")


@pytest.fixture
def heard(app: Flask) -> list[Any]:
    """The events that are published, told to a listener of our own."""
    found: list[Any] = []
    app.extensions["reactions"] = {**app.extensions["reactions"], PeopleEnrolled: Reactions(now=(found.append,))}
    return found


def test_good_rows_join_and_known_people_are_linked(people: Cast, liumin: Principal) -> None:
    """hours.md attack 21: one person one key. Sabotage: insert a person without asking the index."""
    cohort_id = a_class(people)
    xiulan = PEOPLE["xiulan"]
    before = count(Person)
    rows = [*made_up(3), (xiulan.name, xiulan.id_number.lower(), "13900001111"), ("坏", "1", "2")]
    import_id = preview(cohort_id, liumin, rows)
    with transaction(liumin):
        kept = queries.roster_import(cohort_id, import_id)
    assert (kept.new, kept.known, kept.refused, kept.to_enrol) == (3, 1, 1, 4)
    assert "第 5 行的手机号和账号里的不一样" in kept_preview(import_id, liumin).roster.notices[-1]
    assert confirm(cohort_id, import_id, liumin).enrolled == 4
    assert people.xiulan in members(cohort_id) and len(members(cohort_id)) == 4
    with transaction(liumin):
        in_order = [views.people([p])[p].name for p in queries.members(cohort_id)]
    assert in_order == [row[0] for row in rows[:4]]
    assert count(Person) == before + 3


def test_a_preview_changes_nobody(people: Cast, liumin: Principal) -> None:
    """Sabotage: enrol in keep()."""
    cohort_id, before = a_class(people), count(Person)
    preview(cohort_id, liumin, made_up(3))
    assert not members(cohort_id) and count(Person) == before


def test_the_second_yes_finds_it_done(people: Cast, liumin: Principal, heard: list[Any]) -> None:
    """Sabotage: leave out the question for "imported" in confirm()."""
    cohort_id = a_class(people)
    import_id = preview(cohort_id, liumin, made_up(3))
    prepared = enrolling.prepare(import_id, kept_preview(import_id, liumin))
    for again in (False, True):
        with transaction(liumin):
            assert enrolling.confirm(prepared, cohort_id, liumin) == enrolling.Outcome(3, again=again)
    assert len(members(cohort_id)) == 3 and len(heard) == 1


def test_people_in_the_class_already_are_not_told_twice(people: Cast, liumin: Principal, heard: list[Any]) -> None:
    """Sabotage: publish all rows instead of those that the insert gave back."""
    cohort_id, rows = a_class(people), made_up(5)
    confirm(cohort_id, preview(cohort_id, liumin, rows[:3]), liumin)
    second = preview(cohort_id, liumin, rows)
    with transaction(liumin):
        assert queries.roster_import(cohort_id, second).enrolled_before == 3
    assert confirm(cohort_id, second, liumin).enrolled == 2
    assert [len(e.person_ids) for e in heard] == [3, 2] and len(members(cohort_id)) == 5


def test_an_import_leaves_an_audit_entry(people: Cast, liumin: Principal) -> None:
    """hours.md attack 24: who brought so many people in is on record. Sabotage: leave audit() out."""
    cohort_id = a_class(people)
    confirm(cohort_id, preview(cohort_id, liumin, [*made_up(2), ("坏", "1", "2")]), liumin)
    with transaction(liumin):
        found = db.session.execute(
            text("select actor_id, subject, reason from audit_entry where action = 'roster:import'")
        ).all()
    assert found == [(people.liumin, f"cohort {cohort_id}", "花名册 2 人进班，1 行没有收")]


@pytest.mark.parametrize(("state", "events"), [("draft", 0), ("filed", 0), ("returned", 0), ("open", 1)])
def test_only_an_open_class_tells_that_people_joined(
    people: Cast, liumin: Principal, heard: list[Any], state: str, events: int
) -> None:
    """CohortOpened covers the others. Sabotage: publish always."""
    cohort_id = a_class(people, state=state)
    confirm(cohort_id, preview(cohort_id, liumin, made_up(2)), liumin)
    assert len(heard) == events and len(members(cohort_id)) == 2


def test_a_listener_that_fails_undoes_the_whole_import(people: Cast, liumin: Principal, app: Flask) -> None:
    """All or nobody. Sabotage: commit the enrolments before the event."""
    cohort_id, before = a_class(people), count(Person)
    import_id = preview(cohort_id, liumin, made_up(3))

    def fail(_: object) -> None:
        raise RuntimeError("the listener fails")

    reactions = app.extensions["reactions"]
    app.extensions["reactions"] = {PeopleEnrolled: Reactions(now=(fail,))}
    with pytest.raises(RuntimeError):
        confirm(cohort_id, import_id, liumin)
    app.extensions["reactions"] = reactions
    assert not members(cohort_id) and count(Person) == before
    assert confirm(cohort_id, import_id, liumin).enrolled == 3


def test_another_name_for_a_known_number_waits_for_a_person(people: Cast, liumin: Principal) -> None:
    """Sabotage: link by number alone; the account of another would be used."""
    cohort_id, xiulan = a_class(people), PEOPLE["xiulan"]
    import_id = preview(cohort_id, liumin, [("黄秀英", xiulan.id_number, "13900001111")])
    [row] = kept_preview(import_id, liumin).roster.refused
    assert "名字和这里不一样" in row.reason and xiulan.name not in row.reason + row.mend
    with pytest.raises(Refused, match="没有可以导入的人"):
        confirm(cohort_id, import_id, liumin)


def test_an_account_made_since_the_preview_with_another_name_stops_it(people: Cast, liumin: Principal) -> None:
    """Sabotage: leave out _refuse_other_names()."""
    cohort_id, [one, two] = a_class(people), made_up(2)
    import_id = preview(cohort_id, liumin, [one, two])
    rows = accounts.prepare([NewPerson("另一个名字", one[1], "13900001111")])
    with transaction(SYSTEM):
        place = {"tenant_id": people.organisations["anyi"], "region_code": "440606", "plan_code": "P06"}
        accounts.link_or_create_many(rows, **place)
    with pytest.raises(Conflict, match="名字变了"):
        confirm(cohort_id, import_id, liumin)
    assert not members(cohort_id)


def test_an_account_made_since_the_preview_with_the_same_name_is_linked(people: Cast, liumin: Principal) -> None:
    cohort_id, [one, two] = a_class(people), made_up(2)
    import_id = preview(cohort_id, liumin, [one, two])
    other = a_class(people, code="2026-02")
    confirm(other, preview(other, liumin, [one]), liumin)
    assert confirm(cohort_id, import_id, liumin).enrolled == 2
    assert members(other) < members(cohort_id)


def test_a_class_that_closed_in_between_takes_nobody(people: Cast, liumin: Principal) -> None:
    """Sabotage: ask for the state at the preview alone."""
    cohort_id = a_class(people)
    import_id = preview(cohort_id, liumin, made_up(2))
    with transaction(liumin):
        filing.close(cohort_id, liumin)
    with pytest.raises(Conflict, match="已经结班"):
        confirm(cohort_id, import_id, liumin)
    with pytest.raises(Conflict, match="已经结班"):
        preview(cohort_id, liumin, made_up(2))
    assert not members(cohort_id)


def test_a_preview_grows_stale(people: Cast, liumin: Principal, turn_clock: Callable[..., None]) -> None:
    """Sabotage: leave out is_stale()."""
    cohort_id = a_class(people)
    import_id = preview(cohort_id, liumin, made_up(2))
    turn_clock(hours=24, seconds=1)
    with pytest.raises(Conflict, match="放了一天多"):
        confirm(cohort_id, import_id, liumin)


def test_a_later_file_takes_the_place_of_an_earlier_preview(people: Cast, liumin: Principal) -> None:
    """Sabotage: keep the lines of the earlier one."""
    cohort_id = a_class(people)
    first = preview(cohort_id, liumin, made_up(2))
    prepared = enrolling.prepare(first, kept_preview(first, liumin))
    preview(cohort_id, liumin, made_up(3))
    with pytest.raises(Conflict, match="换过文件"):
        kept_preview(first, liumin)
    with pytest.raises(Conflict, match="换过文件"), transaction(liumin):
        enrolling.confirm(prepared, cohort_id, liumin)


def test_the_lines_are_sealed_and_good_ones_go_after_the_import(people: Cast, liumin: Principal) -> None:
    """No number lies open in the tables. Sabotage: store the JSON as it is, or keep the good lines."""
    cohort_id, rows = a_class(people), made_up(2)
    import_id = preview(cohort_id, liumin, [*rows, ("坏人", rows[0][1][:17], "1")])
    with transaction(SYSTEM):
        blob = db.session.get(RosterImport, import_id).content
    assert rows[0][1].encode() not in blob and "坏人".encode() not in blob
    confirm(cohort_id, import_id, liumin)
    found = kept_preview(import_id, liumin)
    assert not found.roster.good and [r.name for r in found.roster.refused] == ["坏人"]


def test_what_the_roster_says_besides_is_sealed_too(people: Cast, liumin: Principal) -> None:
    """Remarks hold poverty and disability. Sabotage: store details as text."""
    cohort_id, [one] = a_class(people), made_up(1)
    roster = enrolling.read(xlsx([(*HEADER, "单位", "备注"), (*one, "某某合作社", "建档立卡")]))
    with transaction(liumin):
        compared = enrolling.compare(roster, cohort_id, liumin)
        import_id = enrolling.keep(enrolling.seal(compared), cohort_id, "x.xlsx", liumin)
    confirm(cohort_id, import_id, liumin)
    with transaction(liumin):
        [(_, details)] = queries.page_of_people(cohort_id, 1, 50)
        blob = db.session.scalar(select(Enrolment.details))
    assert details == queries.Details("某某合作社", "", "建档立卡") and "建档立卡".encode() not in blob


@pytest.mark.parametrize("who", ["chenbo", "hequan", "xiulan"])
def test_another_institution_finds_no_class_and_no_roster(people: Cast, liumin: Principal, who: str) -> None:
    """Absent and forbidden are told alike, behind two walls. Sabotage: load by id alone and write `true` for the row rules."""
    cohort_id = a_class(people)
    import_id = preview(cohort_id, liumin, made_up(2))
    prepared = enrolling.prepare(import_id, kept_preview(import_id, liumin))
    stranger = people.principal(who)
    with pytest.raises(NotFound):
        preview(cohort_id, stranger, made_up(2))
    with pytest.raises(NotFound), transaction(stranger):
        enrolling.confirm(prepared, cohort_id, stranger)
    with pytest.raises(NotFound), transaction(stranger):
        queries.roster_import(cohort_id, import_id)


def test_a_roster_of_one_class_is_not_taken_into_another(people: Cast, liumin: Principal) -> None:
    """Sabotage: look the roster up by its id alone."""
    first, second = a_class(people), a_class(people, code="2026-02")
    prepared = enrolling.prepare(i := preview(first, liumin, made_up(2)), kept_preview(i, liumin))
    with pytest.raises(NotFound), transaction(liumin):
        enrolling.confirm(prepared, second, liumin)


def test_the_person_a_clerk_enrolled_is_theirs_to_see(people: Cast, liumin: Principal) -> None:
    """A person of another school is linked and then seen, with a masked number."""
    cohort_id, [one] = a_class(people, school="qiming"), made_up(1)
    chenbo = people.principal("chenbo")
    confirm(cohort_id, preview(cohort_id, chenbo, [one]), chenbo)
    own = a_class(people)
    confirm(own, preview(own, liumin, [one]), liumin)
    with transaction(liumin):
        [member] = views.people(queries.members(own)).values()
        assert queries.members(cohort_id) == []
    assert member.name == one[0] and one[1][6:14] not in member.masked_id_number


class Together:
    """Runs the same thing in several threads at once, with real commits."""

    def __init__(self, app: Flask) -> None:
        self.app, self.results = app, []

    def run(self, works: list[Callable[[], Any]]) -> list[Any]:
        gate = threading.Barrier(len(works))
        threads = [threading.Thread(target=self._one, args=(work, gate)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return self.results

    def _one(self, work: Callable[[], Any], gate: threading.Barrier) -> None:
        with self.app.app_context():
            gate.wait()
            try:
                self.results.append(work())
            except Exception as problem:
                self.results.append(problem)
            finally:
                db.session.remove()


def test_one_roster_confirmed_by_eight_at_once_is_taken_in_once(live_app: Flask) -> None:
    """Sabotage: take the lock out of _locked_import() and the constraint out of the insert."""
    cast = bring_in()
    liumin, cohort_id = cast.principal("liumin"), a_class(cast)
    import_id = preview(cohort_id, liumin, made_up(200))
    prepared = enrolling.prepare(import_id, kept_preview(import_id, liumin))

    def yes() -> enrolling.Outcome:
        with transaction(liumin):
            return enrolling.confirm(prepared, cohort_id, liumin)

    results = Together(live_app).run([yes] * 8)
    assert sorted(r.again for r in results) == [False, *[True] * 7]
    assert len(members(cohort_id)) == 200


def test_the_same_new_people_in_eight_classes_at_once_are_made_once(live_app: Flask) -> None:
    """Sabotage: insert in the order of the sheet; two imports lock each other out."""
    cast = bring_in()
    liumin, before = cast.principal("liumin"), count(Person)
    classes = [a_class(cast, code=f"2026-{n}") for n in range(8)]
    rows = made_up(150)
    works = []
    for place, cohort_id in enumerate(classes):
        import_id = preview(cohort_id, liumin, rows[place:] + rows[:place])
        prepared = enrolling.prepare(import_id, kept_preview(import_id, liumin))
        works.append((cohort_id, prepared))

    def yes(cohort_id: UUID, prepared: enrolling.Prepared) -> enrolling.Outcome:
        with transaction(liumin):
            return enrolling.confirm(prepared, cohort_id, liumin)

    results = Together(live_app).run([lambda c=c, p=p: yes(c, p) for c, p in works])
    assert [getattr(r, "enrolled", r) for r in results] == [150] * 8
    assert count(Person) == before + 150 and len({frozenset(members(c)) for c in classes}) == 1


def test_an_opening_and_an_import_at_once_leave_nobody_out(live_app: Flask) -> None:
    """Either the import sees the open class and tells, or the opening sees the people. Sabotage: no lock on the class."""
    cast = bring_in()
    liumin, hequan = cast.principal("liumin"), cast.principal("hequan")
    told: set[UUID] = set()
    live_app.extensions["reactions"] = {PeopleEnrolled: Reactions(now=(lambda e: told.update(e.person_ids),))}
    cohort_id = a_class(cast, state="filed", filed_by=cast.yufang)
    import_id = preview(cohort_id, liumin, made_up(50))
    prepared = enrolling.prepare(import_id, kept_preview(import_id, liumin))
    with transaction(hequan):
        filed_at = queries.cohort_in_scope(cohort_id, hequan).filed_at
    seen: list[int] = []

    def open_it() -> None:
        with transaction(hequan):
            filing.decide(cohort_id, approve=True, reason="", seen_at=filed_at, principal=hequan)
            seen.extend(1 for _ in queries.members(cohort_id))

    def yes() -> None:
        with transaction(liumin):
            enrolling.confirm(prepared, cohort_id, liumin)

    assert Together(live_app).run([open_it, yes]) == [None, None]
    assert (len(told), len(seen)) in {(50, 0), (0, 50)}


def test_who_waits_too_long_for_a_class_is_told_so(live_app: Flask) -> None:
    """Sabotage: let the OperationalError out; the page would say that something broke."""
    cast = bring_in()
    liumin, cohort_id = cast.principal("liumin"), a_class(cast)
    held, told = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction(liumin):
            filing.locked(cohort_id, liumin)
            held.set()
            told.wait(20)

    def wait() -> None:
        held.wait(20)
        try:
            with pytest.raises(Conflict, match="正在导入"), transaction(liumin) as session:
                session.execute(text("set local lock_timeout = '100ms'"))
                filing.locked(cohort_id, liumin)
        finally:
            told.set()

    assert Together(live_app).run([hold, wait]) == [None, None]


def test_no_row_in_the_tables_without_the_rule_of_the_row(people: Cast, liumin: Principal) -> None:
    """Row-level security of 0006. Sabotage: `true` in one of its policies."""
    cohort_id = a_class(people)
    confirm(cohort_id, preview(cohort_id, liumin, [*made_up(2), _row_of("xiulan")]), liumin)
    tables = ("cohort", "enrolment", "roster_import")

    def seen(who: str) -> list[int]:
        with transaction(people.principal(who)):
            return [db.session.scalar(text(f"select count(*) from {table}")) for table in tables]

    assert seen("liumin") == [1, 3, 1] and seen("chenbo") == [0, 0, 0]
    assert seen("hequan") == [1, 3, 0] and seen("zhaojun") == [0, 0, 0]
    assert seen("xiulan") == [1, 1, 0] and seen("ahui") == [0, 0, 0]
    change(cohort_id, state="draft")
    assert seen("hequan")[0] == 0 and seen("liumin")[0] == 1


def _row_of(key: str) -> tuple[str, str, str]:
    return PEOPLE[key].name, PEOPLE[key].id_number, PEOPLE[key].phone


def test_a_moved_class_takes_its_people_along(people: Cast, liumin: Principal) -> None:
    """The rule of an enrolment stands on the class's place. Sabotage: leave out `on update cascade`."""
    cohort_id = a_class(people, state="draft")
    confirm(cohort_id, preview(cohort_id, liumin, made_up(1)), liumin)
    change(cohort_id, region_code="440106")
    with transaction(SYSTEM):
        assert db.session.scalars(select(Enrolment.region_code)).all() == ["440106"]


def test_a_preview_keeps_no_cells_of_good_rows(people: Cast, liumin: Principal) -> None:
    cohort_id = a_class(people)
    found = kept_preview(preview(cohort_id, liumin, made_up(2)), liumin)
    assert all(replace(c, texts=()) == c for c in found.roster.good)
