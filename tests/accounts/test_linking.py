"""One person, one key."""

import threading

from sqlalchemy import func, select

from lms.accounts import actions, queries, rules
from lms.accounts.models import AuditEntry, Person
from lms.foundation.database import transaction
from tests import people as cast_of
from tests.people import PEOPLE, SYSTEM, id_number

NEW = [rules.NewPerson(f"新人{n}", id_number("440681", "19990101", n), f"1391000{n:04}") for n in range(40)]


def link(rows, cast):
    """Link prepared rows for the school anyi."""
    place = {"tenant_id": cast.organisations["anyi"], "region_code": "440606", "plan_code": "P06"}
    return actions.link_or_create_many(rows, **place)


def test_who_exists_is_linked(people):
    """Sabotage: insert without the unique index."""
    rows = actions.prepare([rules.NewPerson("黄秀兰", PEOPLE["xiulan"].id_number, "13812345678"), NEW[0]])
    with transaction(people.principal("liumin")):
        found = link(rows, people)
    assert found[0] == (people.xiulan, False) and found[1][1] is True


def test_two_imports_at_once_make_each_person_once(live_app):
    """Sabotage: insert in the order of the sheet (they deadlock), or look first and insert then."""
    cast = cast_of.bring_in()
    failures = []

    def import_all(order):
        try:
            with live_app.app_context():
                rows = actions.prepare(order)
                with transaction(SYSTEM):
                    assert len(link(rows, cast)) == len(NEW)
        except Exception as problem:
            failures.append(problem)

    threads = [threading.Thread(target=import_all, args=(order,)) for order in (NEW, NEW[::-1], NEW, NEW[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transaction(SYSTEM) as session:
        count = session.scalar(select(func.count()).select_from(Person))
    assert failures == [] and count == len(PEOPLE) + len(NEW)


def test_finding_by_number_looks_across_schools(people):
    """Sabotage: look with the clerk's own eyes: one person would get two accounts."""
    with transaction(people.principal("chenbo")):
        found = queries.find_by_id_numbers([PEOPLE["xiulan"].id_number, NEW[0].id_number])
    assert {number: view.name for number, view in found.items()} == {PEOPLE["xiulan"].id_number: "黄秀兰"}


def test_a_full_number_leaves_an_entry(people):
    """Sabotage: reveal without audit()."""
    with transaction(people.principal("suwen")):
        numbers = actions.full_id_numbers([people.xiulan], reason="导出补贴台账")
    with transaction(SYSTEM) as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert numbers == {people.xiulan: PEOPLE["xiulan"].id_number}
    assert (entry.actor_id, entry.reason, entry.action) == (people.suwen, "导出补贴台账", "id-number:reveal")


def test_phones_are_normalised():
    """Sabotage: compare phones as typed."""
    assert rules.normal_phone("＋86 138-0000 0001") == "13800000001"
    assert rules.normal_phone("8613800000001") == "13800000001"
    assert rules.normal_phone("1380000000") is None
