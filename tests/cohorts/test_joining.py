"""Who of a roster may join: hours.md attack 24, and that nobody learns whether a stranger's number is known."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from lms.accounts import actions as accounts
from lms.accounts import queries as views
from lms.accounts.actions import attributes, merging, real_names
from lms.accounts.models import Person, PersonAttribute
from lms.accounts.rules import NewPerson, documents
from lms.accounts.rules.attributes import Said
from lms.accounts.rules.documents import IdKind
from lms.accounts.rules.identity import Fault
from lms.accounts.rules.real_names import PAPERS, RealName
from lms.cohorts.rules import joining
from lms.cohorts.rules.headers import has_header
from lms.cohorts.rules.roster import Roster, read_roster
from lms.foundation.database import db, transaction
from lms.foundation.errors import Refused
from lms.foundation.principal import Principal
from lms.foundation.spreadsheets.opening import open_sheets
from lms.plans import reading
from lms.plans.rules.facts import Education, PersonFacts
from tests.cohorts.classes import a_class, members
from tests.cohorts.rosters import TODAY, id_number, xlsx
from tests.cohorts.rosters import people as made_up
from tests.cohorts.rosters import text as as_text
from tests.cohorts.test_enrolling import confirm, kept_preview, preview
from tests.people import PEOPLE, SYSTEM, Cast

WIDE = ("姓名", "身份证号", "手机号", "证件类型", "文化程度", "作业类别", "申请类型")
CHEMICALS = ("", "初中", "危险化学品安全作业", "首次")
SPECIAL = "P09-special_operation"


def roster_of(*rows: tuple[str, ...]) -> Roster:
    return read_roster(open_sheets(as_text([WIDE, *rows]), has_header), TODAY)


def test_a_ghost_is_refused_with_every_reason() -> None:
    """Attack 24. Sabotage: leave out the check digit, the twins, or the programme's conditions."""
    one, two, three, four = made_up(4)
    wrong = one[1][:17] + ("0" if one[1][17] != "0" else "1")
    roster = roster_of(
        (one[0], wrong, one[2], *CHEMICALS),
        (two[0], two[1], two[2], "", "高中", "危险化学品安全作业", "首次"),
        (two[0], two[1], two[2], "", "高中", "危险化学品安全作业", "首次"),
        (three[0], three[1], three[2], *CHEMICALS),
        (four[0], four[1], four[2], "", "初中", "危险化学品安全作业", "复审"),
    )
    judged = joining.who_may_join(roster, reading.programmes()[SPECIAL].rules, TODAY, {})
    assert {row.row: row.reason[:12] for row in judged.roster.refused} == {
        2: "身份证号最后一位和前面对",
        4: "和第 3 行是同一个人，",
        5: "不符合：危险化学品作业首",
    }
    assert "L442" in judged.roster.refused[2].reason and [c.row for c in judged.roster.good] == [3, 6]


def test_the_age_table_is_that_of_the_day_the_class_begins() -> None:
    """P07, L360: 法定劳动年龄. Sabotage: judge by the day of the import instead of the day the class begins."""
    programme = reading.programmes()["P07-employment_skill"].rules
    young, old = id_number(12, date(2010, 12, 1)), id_number(15, date(1964, 1, 1))
    roster = roster_of(("李小雨", young, "19900000001"), ("陈大海", old, "19900000002"))
    early = joining.who_may_join(roster, programme, date(2026, 11, 30), {}).roster
    late = joining.who_may_join(roster, programme, date(2026, 12, 1), {}).roster
    assert [c.name for c in early.good] == [] and [c.name for c in late.good] == ["李小雨"]
    assert "法定劳动年龄" in late.refused[0].reason and "L360" in late.refused[0].reason


def test_what_is_not_known_needs_proof_and_never_refuses() -> None:
    """Sabotage: treat a missing fact as no."""
    roster = roster_of((*made_up(1)[0], "", "", "", ""))
    judged = joining.who_may_join(roster, reading.programmes()[SPECIAL].rules, TODAY, {})
    assert judged.needing == (2,) and not judged.roster.refused
    assert "1 人还有条件要证明" in joining.told_of_proof(judged).notices[-1]


def test_what_is_known_of_a_person_met_before_counts() -> None:
    """Sabotage: forget the account's facts."""
    row = made_up(1)[0]
    roster, known = roster_of((*row, "", "", "危险化学品安全作业", "首次")), PersonFacts(education=Education.JUNIOR)
    programme = reading.programmes()[SPECIAL].rules
    assert joining.who_may_join(roster, programme, TODAY, {row[1]: known}).roster.refused
    assert not joining.who_may_join(
        roster, programme, TODAY, {row[1]: replace(known, education=Education.SENIOR)}
    ).roster.refused


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        (("身份证明", "", "", ""), "证件类型", "没认出“身份证明”"),
        (("", "博士后", "", ""), "文化程度", "没认出文化程度“博士后”"),
        (("", "", "开飞机", ""), "作业类别", "没认出作业类别“开飞机”"),
        (("", "", "", "随便"), "申请类型", "没认出申请类型“随便”"),
        (("护照", "", "", ""), "", ""),
        (("", "中专", "低压电工作业", "复审"), "作业类别", "没认出作业类别"),
        (("", "中专", "电工作业", "复审"), "", ""),
    ],
)
def test_the_new_columns_say_what_they_do_not_understand(cells: tuple[str, ...], column: str, words: str) -> None:
    """Sabotage: pass over what was not understood."""
    name, number, phone = made_up(1)[0]
    roster = roster_of((name, "E12345678" if cells[0] == "护照" else number, phone, *cells))
    if column:
        assert (roster.refused[0].column, words in roster.refused[0].reason) == (column, True)
    else:
        assert len(roster.good) == 1 and not roster.refused


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("回乡证", "h12345678 01", "H12345678"),
        ("港澳居民来往内地通行证", "M87654321", "M87654321"),
        ("台胞证", "０１２３４５６７", "01234567"),
        ("护照", "e1234 5678", "E12345678"),
        ("永久居留证", "abc123456789012", "ABC123456789012"),
    ],
)
def test_permits_are_kept_as_one_writing(kind: str, text: str, kept: str) -> None:
    """One person one key. Sabotage: keep small letters, or the two digits that count renewals."""
    found = documents.read_kind(kind)
    assert isinstance(found, IdKind)
    assert documents.read_number(found, text, is_number=False, today=TODAY) == kept
    assert documents.index_text(found, kept) == f"{found}:{kept}" and kept not in documents.masked(found, kept)


@given(st.sampled_from(list(IdKind)), st.text(max_size=30))
def test_any_text_becomes_a_number_or_a_fault(kind: IdKind, text: str) -> None:
    found = documents.read_number(kind, text, is_number=False, today=TODAY)
    if not isinstance(found, Fault):
        again = documents.read_number(kind, found, is_number=False, today=TODAY)
        assert again == found and found not in documents.masked(kind, found)


def class_of_chemicals(people: Cast) -> UUID:
    return a_class(people, programme_code=SPECIAL)


def rows_into(people: Cast, cohort_id: UUID, principal: Principal, rows: list[Any]) -> UUID:
    return preview(cohort_id, principal, rows)


@pytest.fixture
def liumin(people: Cast) -> Principal:
    return people.principal("liumin")


def test_a_deceased_person_is_refused_wherever_they_were_met(people: Cast, liumin: Principal) -> None:
    """Sabotage: ask only the institution's own people."""
    one, two = made_up(2)
    with transaction(SYSTEM):
        place = {"tenant_id": people.organisations["qiming"], "region_code": "440106", "plan_code": "P06"}
        [(person_id, _)] = accounts.link_or_create_many(accounts.prepare([NewPerson(one[0], one[1], one[2])]), **place)
        said = attributes._values(person_id, Said("deceased", "yes"), attributes.Standing.PROVED, people_of(people))
        db.session.add(PersonAttribute(**said))
        db.session.flush()
    cohort_id = a_class(people)
    kept = kept_preview(preview(cohort_id, liumin, [one, two]), liumin)
    assert [(r.row, r.reason) for r in kept.roster.refused] == [(2, joining.DECEASED.reason)]


def people_of(people: Cast) -> Principal:
    return Principal(person_id=people.hequan)


def test_a_roster_says_education_and_it_is_kept_as_vouched(people: Cast, liumin: Principal) -> None:
    """Sabotage: leave out enter_many()."""
    cohort_id, one = a_class(people), made_up(1)[0]
    roster = xlsx([WIDE, (*one, "", "大专", "", "")])
    from lms.cohorts.actions import enrolling

    with transaction(liumin):
        compared = enrolling.compare(enrolling.read(roster), cohort_id, liumin)
    kept = enrolling.seal(compared)
    with transaction(liumin):
        import_id = enrolling.keep(kept, cohort_id, "名单.xlsx", liumin)
    confirm(cohort_id, import_id, liumin)
    [person_id] = members(cohort_id)
    with transaction(liumin):
        facts, said = views.facts(person_id), views.attributes(person_id)
    assert facts.education is Education.COLLEGE
    assert [(a.key, a.standing, a.entered_by) for a in said] == [("education", "vouched", people.liumin)]


def figures(import_id: UUID, principal: Principal) -> tuple[object, ...]:
    kept = kept_preview(import_id, principal)
    return (kept.new, kept.known, kept.enrolled, len(kept.roster.refused), kept.roster.notices)


@pytest.mark.parametrize("name", ["黄秀兰", "张三丰"])
def test_nobody_learns_that_a_strangers_number_is_known(people: Cast, name: str) -> None:
    """The preview of a number known elsewhere is that of an unknown one. Sabotage: compare with find_by_id_numbers."""
    chenbo = people.principal("chenbo")
    cohort_id = a_class(people, school="qiming")
    unknown = made_up(1)[0]
    strange = figures(preview(cohort_id, chenbo, [(name, PEOPLE["xiulan"].id_number, "13900001111")]), chenbo)
    fresh = figures(preview(cohort_id, chenbo, [(name, unknown[1], "13900001111")]), chenbo)
    assert strange == fresh and strange[:4] == (1, (), (), 0)


def test_a_wrong_name_takes_nobodys_place(people: Cast) -> None:
    """Sabotage: link by number alone, or refuse with words that tell."""
    chenbo, xiulan = people.principal("chenbo"), PEOPLE["xiulan"]
    cohort_id = a_class(people, school="qiming")
    row = ("张三丰", xiulan.id_number, "13900001111")
    assert confirm(cohort_id, preview(cohort_id, chenbo, [row]), chenbo).enrolled == 1
    [person_id] = members(cohort_id)
    assert person_id != people.xiulan
    other = a_class(people, school="qiming", code="2026-02")
    confirm(other, preview(other, chenbo, [row]), chenbo)
    assert members(other) == {person_id}, "the same institution meets the same entry again"
    with transaction(chenbo):
        shown = views.person(person_id)
        assert (shown.name, shown.masked_id_number) == ("张三丰", documents.masked("id_card", xiulan.id_number))
        assert views.doubtful([person_id]) == {person_id}
    with pytest.raises(Refused, match="另有一个账号"), transaction(chenbo):
        real_names.set_real_name_status(person_id, RealName.DOCUMENT_SEEN, chenbo, document=PAPERS[0])


def test_two_entries_of_one_person_are_joined_by_an_alias(people: Cast) -> None:
    """Design decision 7: evidence keeps its id. Sabotage: move the enrolment to the other person."""
    chenbo, xiulan = people.principal("chenbo"), PEOPLE["xiulan"]
    cohort_id = a_class(people, school="qiming")
    confirm(cohort_id, preview(cohort_id, chenbo, [("黄秀篮", xiulan.id_number, "13900001111")]), chenbo)
    [other] = members(cohort_id)
    zhaojun = people.principal("zhaojun")
    with transaction(zhaojun):
        assert merging.merge_doubtful(other, "看过身份证原件，姓名抄错一个字", zhaojun) == people.xiulan
    with transaction(SYSTEM) as session:
        assert session.scalar(select(func.count()).select_from(Person).where(Person.id == other)) == 1
        assert views.same_person(people.xiulan) == [people.xiulan, other]
        assert session.get_one(Person, other).phone is None
    with transaction(chenbo):
        assert views.person(people.xiulan).name == "黄秀兰"
    assert members(cohort_id) == {other}
