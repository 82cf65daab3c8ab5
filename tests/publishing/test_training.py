"""Training packages in the tables: two authors, signatures that a change voids, approval that stays."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from lms.accounts import actions as accounts
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.foundation.errors import Conflict, NotFound, Refused
from lms.publishing import examples
from lms.publishing import queries as publishing
from lms.publishing.actions import covering, syllabus, training
from lms.publishing.queries import training as queries
from lms.publishing.queries.courses import lessons_of
from lms.publishing.queries.coverage import report_of
from lms.publishing.rules.coverage import Gap
from lms.publishing.rules.signatures import State
from lms.publishing.rules.syllabus import Description, Item
from tests.cohorts.classes import a_version
from tests.people import RURAL_ECOMMERCE, SYSTEM
from tests.publishing import trainings
from tests.publishing.syllabi import HOUSEKEEPER, ITEMS, xlsx
from tests.questions.bank_sheets import a_bank

WORDS = Description("家政服务员初级培训包", "", HOUSEKEEPER)


def execute(people, who: str, statement: str, **values) -> None:
    with transaction(people.principal(who)):
        db.session.execute(text(statement), values)


def test_from_an_empty_page_to_an_approved_package(people) -> None:
    """L134–136 and L168: written by two, signed by both, approved; each step in the record with its leaf."""
    version_id = trainings.begun(people)
    trainings.covered(people, version_id)
    trainings.approved(people, version_id)
    found = trainings.seen(version_id)
    assert found.state is State.APPROVED and found.content_hash and len(found.content_hash) == 64
    with transaction(SYSTEM):
        assert [one.decision for one in queries.decisions_of(version_id)] == ["approved", "submitted"]
        leaves = db.session.scalars(
            text("select kind from evidence_leaf where subject = :id order by id"), {"id": str(version_id)}
        )
        assert list(leaves) == ["training.signature"] * 2 + ["training.decision"] * 2
        assert queries.items_of(version_id) == list(ITEMS)


@pytest.mark.parametrize("partner", ["anyi", "qiming", "shunde"])
def test_a_package_takes_a_school_and_an_enterprise(people, partner) -> None:
    """Sabotage: take any two organisations."""
    with pytest.raises(Refused) as caught, transaction(people.principal("liumin")):
        training.begin(people.organisations[partner], RURAL_ECOMMERCE, WORDS)
    assert caught.value.field == "partner"


def change_item(people, version_id) -> None:
    with transaction(people.principal("liumin")):
        row = queries.items_on_page(version_id, 1, 1)[0]
        syllabus.put_item(version_id, replace(row.item, theory=25), row.id)


def remove_item(people, version_id) -> None:
    with transaction(people.principal("guofeng")):
        syllabus.remove_item(version_id, queries.items_on_page(version_id, 1, 1)[0].id)


def map_course(people, version_id) -> None:
    trainings.covered(people, version_id)


def rename(people, version_id) -> None:
    with transaction(people.principal("liumin")):
        training.describe(version_id, replace(WORDS, title="别的名字"))


def change_and_change_back(people, version_id) -> None:
    with transaction(people.principal("liumin")):
        row = queries.items_on_page(version_id, 1, 1)[0]
        syllabus.put_item(version_id, replace(row.item, title="别的"), row.id)
        syllabus.put_item(version_id, row.item, row.id)


def by_hand(people, version_id) -> None:
    execute(
        people, "liumin", "update syllabus_item set theory = 7 where version_id = :id and number = '1'", id=version_id
    )


@pytest.mark.parametrize("change", [change_item, remove_item, map_course, rename, change_and_change_back, by_hand])
def test_any_change_voids_both_signatures(people, change) -> None:
    """Sabotage: drop a trigger of _voids in 0015, or compare content instead of revisions."""
    version_id = trainings.begun(people)
    for who in ("liumin", "guofeng"):
        trainings.sign(people, version_id, who)
    change(people, version_id)
    with transaction(SYSTEM):
        authored = queries.authored(queries.training(version_id))
    assert authored.standing == () and len(authored.signatures) == 2
    with pytest.raises(Conflict, match="两家都签过"), transaction(people.principal("liumin")):
        training.submit(version_id)
    trainings.submitted(people, version_id)


def test_what_was_seen_is_what_is_signed(people) -> None:
    """Sabotage: ignore seen_revision."""
    version_id = trainings.begun(people)
    before = trainings.seen(version_id).revision
    change_item(people, version_id)
    with pytest.raises(Conflict, match="刷新看看最新的"), transaction(people.principal("guofeng")):
        training.sign(version_id, before)


def test_a_syllabus_with_gaps_is_not_signed(people) -> None:
    version_id = trainings.begun(people, [*ITEMS, Item("3", "洗衣")])
    with pytest.raises(Conflict, match="还有 1 处要改"):
        trainings.sign(people, version_id, "liumin")


def test_nobody_signs_for_another(people) -> None:
    """A stranger, a second clerk, the authority; and one person on the staff of both. Sabotage: drop refuse_signature's questions."""
    version_id = trainings.begun(people)
    for stranger in ("chenbo", "hequan"):
        with pytest.raises(NotFound):
            trainings.sign(people, version_id, stranger)
    trainings.sign(people, version_id, "liumin")
    with pytest.raises(Conflict, match="已经签过"):
        trainings.sign(people, version_id, "yufang")
    with transaction(SYSTEM):
        accounts.employ(people.liumin, people.organisations["meijie"], "clerk")
    with pytest.raises(Conflict, match="另一个人签"):
        trainings.sign(people, version_id, "liumin")


def forged(version, organisation_id: UUID, person_id: UUID) -> dict[str, object]:
    return {
        "id": uuid4(),
        "at": clock.now(),
        "version": version.id,
        "tenant": version.tenant_id,
        "partner": version.partner_id,
        "organisation": organisation_id,
        "person": person_id,
        "revision": version.revision,
    }


FORGE = (
    "insert into training_signature (id, created_at, tenant_id, partner_id, region_code, plan_code, version_id, organisation_id,"
    " person_id, revision, content_hash, leaf_id, leaf_hash)"
    " values (:id, :at, :tenant, :partner, '440606', 'P06', :version, :organisation, :person, :revision, 'x', 1, 'x')"
)


def test_the_table_itself_takes_no_signature_for_another(people) -> None:
    """Even past the rules. Sabotage: drop _signs_for_its_own, or the unique keys, of 0015."""
    version = trainings.seen(trainings.begun(people))
    meijie, anyi = people.organisations["meijie"], people.organisations["anyi"]
    for organisation, person in ((meijie, people.liumin), (anyi, people.guofeng), (anyi, people.yufang)):
        with pytest.raises(DBAPIError, match="row-level security"):
            execute(people, "liumin", FORGE, **forged(version, organisation, person))
    execute(people, "liumin", FORGE, **forged(version, anyi, people.liumin))
    with pytest.raises(IntegrityError):
        execute(people, "liumin", FORGE, **forged(version, anyi, people.liumin))
    with pytest.raises(DBAPIError, match=r"never changed|permission denied"):
        execute(people, "liumin", "update training_signature set revision = 99")


def test_only_the_authority_of_the_place_decides(people) -> None:
    version_id = trainings.submitted(people)
    for who in ("zhaojun", "chenbo", "liumin", "guofeng", "haoran"):
        with pytest.raises(NotFound):
            trainings.decide(people, version_id, who)


def test_who_wrote_or_signed_does_not_approve(people) -> None:
    """Somebody who has changed sides. Sabotage: drop the question for signatures in refuse_decision."""
    version_id = trainings.submitted(people)
    with transaction(SYSTEM):
        accounts.employ(people.guofeng, people.organisations["shunde"], "administrator")
        db.session.execute(
            text("delete from membership where person_id = :p and role = 'clerk'"), {"p": people.guofeng}
        )
    with pytest.raises(Conflict, match="等第二个人"):
        trainings.decide(people, version_id, "guofeng")


def test_a_return_says_why_and_to_which_item(people) -> None:
    version_id = trainings.submitted(people)
    with pytest.raises(Refused):
        trainings.decide(people, version_id, approve=False, reason=" ")
    with pytest.raises(Refused, match="没有“9”"):
        trainings.decide(people, version_id, approve=False, remarks={"9": "看不懂"})
    trainings.decide(people, version_id, approve=False, remarks={"2.2": "擦几块玻璃？", "": "写细一点", "1": " "})
    with transaction(people.principal("guofeng")):
        assert {(one.item, one.words) for one in queries.remarks_of(version_id)} == {
            ("2.2", "擦几块玻璃？"),
            ("", "写细一点"),
        }
    change_item(people, version_id)
    trainings.approved(people, version_id)


def test_an_old_page_decides_nothing(people) -> None:
    """Taken back and changed while the reviewer read. Sabotage: ignore seen_revision in refuse_decision."""
    version_id = trainings.submitted(people)
    before = trainings.seen(version_id).revision
    with transaction(people.principal("liumin")):
        training.withdraw(version_id)
    change_item(people, version_id)
    trainings.submitted(people, version_id)
    with pytest.raises(Conflict, match="收回去改过"), transaction(people.principal("hequan")):
        training.decide(version_id, approve=True, reason="", remarks={}, seen_revision=before)


def test_nothing_changes_while_it_waits(people) -> None:
    version_id = trainings.submitted(people)
    with pytest.raises(Conflict, match="先收回来"):
        change_item(people, version_id)
    with pytest.raises(DBAPIError, match="only while it is written"):
        by_hand(people, version_id)


CHANGES = (
    "update training_version set title = 'x' where id = :id",
    "update training_version set state = 'draft' where id = :id",
    "delete from training_version where id = :id",
    "update syllabus_item set theory = 1 where version_id = :id",
    "delete from syllabus_item where version_id = :id and number = '2.2'",
    "delete from training_lesson where version_id = :id",
    "delete from training_bank where version_id = :id",
)
KEPT = r"never changes|only while it is written|violates foreign key"


def test_an_approved_version_never_changes(people) -> None:
    """Sabotage: drop training_version_kept, or a trigger of _voids."""
    version_id = trainings.begun(people)
    trainings.covered(people, version_id)
    trainings.approved(people, version_id)
    for statement in CHANGES:
        with pytest.raises(DBAPIError, match=KEPT):
            execute(people, "liumin", statement, id=version_id)
        with pytest.raises(DBAPIError, match=KEPT), transaction(SYSTEM):
            db.session.execute(text(statement), {"id": version_id})


def test_a_revision_never_goes_back(people) -> None:
    version_id = trainings.begun(people)
    with pytest.raises(DBAPIError, match="only grow"):
        execute(people, "liumin", "update training_version set revision = 1 where id = :id", id=version_id)


def test_a_new_version_is_a_new_row_with_all_that_was_there(people) -> None:
    """Sabotage: copy the items without their lessons, or change the old row."""
    version_id = trainings.begun(people)
    trainings.covered(people, version_id)
    trainings.approved(people, version_id)
    with pytest.raises(Conflict), transaction(people.principal("liumin")):
        training.describe(version_id, WORDS)
    with transaction(people.principal("guofeng")):
        newer_id = training.revise(version_id)
    change_item(people, newer_id)
    newer = trainings.seen(newer_id)
    with transaction(people.principal("guofeng")):
        assert queries.version_before(newer).id == version_id
        assert report_of(newer).questions == report_of(trainings_view(version_id)).questions == 3
        assert queries.items_of(version_id) == list(ITEMS) and queries.items_of(newer_id)[0].theory == 25
        with pytest.raises(Conflict, match="正在编写"):
            training.revise(version_id)
    assert newer.number == 2 and newer.state is State.DRAFT


def trainings_view(version_id: UUID):
    return queries.training(version_id)


def test_strangers_see_nothing_until_it_is_approved(people) -> None:
    """Sabotage: drop a policy of 0015."""
    version_id = trainings.begun(people)
    tables = ("training_version", "syllabus_item", "training_package", "training_signature")
    count = " + ".join(f"(select count(*) from {table})" for table in tables)
    with transaction(people.principal("chenbo")):
        assert db.session.scalar(text(f"select {count}")) == 0
        with pytest.raises(NotFound):
            queries.training(version_id)
    trainings.approved(people, version_id)
    with transaction(people.principal("chenbo")):
        assert queries.published_training(version_id).title and len(queries.items_of(version_id)) == len(ITEMS)
        assert queries.remarks_of(version_id) == [] and queries.decisions_of(version_id) == []


def test_a_course_of_a_stranger_or_one_unfinished_is_not_mapped(people) -> None:
    version_id = trainings.begun(people)
    for course_id in (a_version(people, "qiming"), a_version(people, state="submitted"), uuid4()):
        with pytest.raises(NotFound), transaction(people.principal("liumin")):
            covering.map_course(version_id, course_id, {})
    for bank_id in (a_bank(people, "chenbo"), a_bank(people, finished=False), uuid4()):
        with pytest.raises(NotFound), transaction(people.principal("liumin")):
            covering.choose_banks(version_id, [bank_id])


@pytest.mark.parametrize(("number", "told"), [("9", "没有“9”"), ("2", "写最细的那一级"), ("=1", "没有“=1”")])
def test_a_lesson_is_mapped_to_last_items_alone(people, number, told) -> None:
    version_id, course_id = trainings.begun(people), a_version(people)
    with transaction(people.principal("liumin")):
        lesson = lessons_of(course_id)[0]
        with pytest.raises(Refused, match=told) as caught:
            covering.map_course(version_id, course_id, {lesson.id: ["1", number]})
    assert caught.value.field == "lesson-1"


def test_the_report_of_a_package(people) -> None:
    """L168, L232: what is covered and what is not; the enterprise's bank counts beside the school's, the same question once."""
    version_id = trainings.begun(people)
    trainings.covered(people, version_id)
    with transaction(people.principal("guofeng")):
        standing = queries.bank_versions_of(version_id)
    other = a_bank(people, "guofeng", items=("1", "7"), title="美洁题库")
    with transaction(people.principal("guofeng")):
        covering.choose_banks(version_id, [*standing, other])
        found = report_of(queries.training(version_id))
    gaps = {line.item.number: line.gaps for line in found.lines}
    assert gaps == {"1": (), "2.1": (Gap.NO_COURSE,), "2.2": (Gap.NO_COURSE, Gap.OFFLINE)}
    assert (found.online_seconds, found.needed_seconds, found.filled_seconds) == (5500, 10800, 5400)
    assert found.stray == (("7", 1),) and found.questions == 4


def test_the_inbox_tells_each_what_to_do_next(people) -> None:
    def kinds(who: str) -> list[str]:
        principal = people.principal(who)
        with transaction(principal):
            return [item.kind for item in publishing.todo(principal)]

    version_id = trainings.begun(people)
    assert kinds("guofeng") == kinds("liumin") == []
    trainings.sign(people, version_id, "liumin")
    assert (kinds("guofeng"), kinds("liumin"), kinds("chenbo")) == (["培训包签署"], [], [])
    trainings.sign(people, version_id, "guofeng")
    assert kinds("liumin") == ["培训包送审"]
    with transaction(people.principal("liumin")):
        training.submit(version_id)
    assert (kinds("hequan"), kinds("zhaojun"), kinds("liumin")) == (["培训包审核"], [], [])
    trainings.decide(people, version_id, approve=False)
    change_item(people, version_id)
    assert kinds("guofeng") == ["培训包修改"]


def test_a_sheet_is_taken_in_beside_or_in_place_of_what_stands(people) -> None:
    """Items that stay keep their id, and with it their courses. Sabotage: delete all and write anew."""
    version_id = trainings.begun(people)
    course_id = trainings.covered(people, version_id)

    def take(rows, *, whole: bool) -> None:
        reading = syllabus.read(xlsx(rows), [])
        with transaction(people.principal("guofeng")):
            sheet_id = syllabus.keep_sheet(version_id, reading, "大纲.xlsx")
        for _ in range(2):
            with transaction(people.principal("guofeng")):
                assert syllabus.take_sheet(version_id, sheet_id, whole=whole) == len(rows)

    take([("1", "职业道德和法律", "3", "", "", "", ""), ("4", "洗衣", "1", "2", "", "", "")], whole=False)
    with transaction(people.principal("liumin")):
        items = queries.items_of(version_id)
        assert [item.number for item in items] == ["1", "2", "2.1", "2.2", "4"] and items[0].theory == 30
        assert report_of(queries.training(version_id)).online_seconds == 5500
    take([("1", "职业道德", "2", "", "", "", ""), ("10", "养老", "1", "", "", "", "")], whole=True)
    with transaction(people.principal("liumin")):
        assert [item.number for item in queries.items_of(version_id)] == ["1", "10"]
        assert report_of(queries.training(version_id)).online_seconds == 5500
    assert course_id


def test_a_sheet_that_was_replaced_is_not_taken_in(people) -> None:
    version_id = trainings.begun(people)
    with transaction(people.principal("liumin")):
        first = syllabus.keep_sheet(version_id, syllabus.read(xlsx(), []), "一.xlsx")
        syllabus.keep_sheet(version_id, syllabus.read(xlsx(), []), "二.xlsx")
    with pytest.raises(Conflict, match="换过"), transaction(people.principal("liumin")):
        syllabus.take_sheet(version_id, first, whole=False)


def test_items_are_written_where_they_can_stand(people) -> None:
    version_id = trainings.begun(people)
    for item, told in ((Item("2.1", "又一次", 10), "已经有了"), (Item("7.1", "没有上级", 10), "先加上它")):
        with pytest.raises(Refused, match=told), transaction(people.principal("liumin")):
            syllabus.put_item(version_id, item)
    with transaction(people.principal("liumin")):
        chapter = queries.items_on_page(version_id, 1, 9)[1]
        with pytest.raises(Refused, match="先改它们的编号"):
            syllabus.put_item(version_id, replace(chapter.item, number="5"), chapter.id)
        assert syllabus.remove_item(version_id, chapter.id) == 3


def test_the_package_of_the_demonstration_is_there_once(people) -> None:
    trainings.widen_scope(people, "P03")
    for _ in range(2):
        examples.bring_in(*(people.principal(who) for who in ("liumin", "guofeng", "hequan")))
    with transaction(people.principal("chenbo")):
        [found] = queries.trainings_published(examples.PROGRAMME)
        assert len(queries.items_of(found.id)) == len(examples.ITEMS)
