"""Training packages of the school anyi and the enterprise meijie, written as their clerks write them."""

from collections.abc import Sequence
from uuid import UUID

from lms.accounts import actions as accounts
from lms.foundation.database import transaction
from lms.publishing.actions import covering, syllabus, training
from lms.publishing.queries import training as queries
from lms.publishing.queries.courses import lessons_of
from lms.publishing.queries.training import TrainingView
from lms.publishing.rules.syllabus import Description, Item
from tests.cohorts.classes import a_version
from tests.people import RURAL_ECOMMERCE, SYSTEM, Cast
from tests.publishing.syllabi import HOUSEKEEPER, ITEMS, xlsx
from tests.questions.bank_sheets import a_bank

SPECIAL = "P09-special_operation"


def begun(
    people: Cast,
    items: Sequence[Item] = ITEMS,
    *,
    programme: str = RURAL_ECOMMERCE,
    title: str = "家政服务员初级培训包",
) -> UUID:
    """A version that is being written, with a syllabus."""
    with transaction(people.principal("liumin")):
        described = Description(title, "从职业道德到擦玻璃", HOUSEKEEPER)
        version_id = training.begin(people.organisations["meijie"], programme, described)
        for item in items:
            syllabus.put_item(version_id, item)
    return version_id


def covered(people: Cast, version_id: UUID) -> UUID:
    """The version with a course (mapped to item 1) and a bank of the school; gives the course."""
    course_id = a_version(people)
    bank_id = a_bank(people)
    with transaction(people.principal("liumin")):
        video = lessons_of(course_id)[0]
        covering.map_course(version_id, course_id, {video.id: ["1"]})
        covering.choose_banks(version_id, [bank_id])
    return course_id


def seen(version_id: UUID) -> TrainingView:
    """The version as it stands."""
    with transaction(SYSTEM):
        return queries.training(version_id)


def sign(people: Cast, version_id: UUID, who: str) -> None:
    """Somebody signs what stands there now."""
    revision = seen(version_id).revision
    with transaction(people.principal(who)):
        training.sign(version_id, revision)


def submitted(people: Cast, version_id: UUID | None = None) -> UUID:
    """A version that both signed and that waits for the authority."""
    version_id = version_id or begun(people)
    for who in ("liumin", "guofeng"):
        sign(people, version_id, who)
    with transaction(people.principal("guofeng")):
        training.submit(version_id)
    return version_id


def decide(people: Cast, version_id: UUID, who: str = "hequan", *, approve: bool = True, **more) -> None:
    """The authority decides on what stands there now."""
    revision = seen(version_id).revision
    with transaction(people.principal(who)):
        said = {"reason": "" if approve else "第 2.2 条写细一点", "remarks": {}, **more}
        training.decide(version_id, approve=approve, seen_revision=revision, **said)


def approved(people: Cast, version_id: UUID | None = None) -> UUID:
    """An approved version."""
    version_id = submitted(people, version_id)
    decide(people, version_id)
    return version_id


def widen_scope(people: Cast, plan: str = "P09") -> None:
    """Let the authority of shunde answer for another plan too."""
    with transaction(SYSTEM):
        accounts.give_scope(people.organisations["shunde"], "440606", plan)


def objects(people: Cast) -> dict[str, object]:
    """A package that waits for review, one of its items and a sheet that was read for it: what addresses name."""
    version_id = begun(people, title="等审核的培训包")
    with transaction(people.principal("liumin")):
        sheet_id = syllabus.keep_sheet(version_id, syllabus.read(xlsx(), []), "大纲.xlsx")
        item_id = queries.items_on_page(version_id, 1, 1)[0].id
    return {"training_id": submitted(people, version_id), "item_id": item_id, "sheet_id": sheet_id}
