"""审核 inside an institution: a class, people who join a filed class, a course wait for its second person; without one nothing changes."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest

from lms.accounts import actions, queries
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import checking, enrolling, filing
from lms.cohorts.rules.filing import State
from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.errors import Conflict, LMSError, NotFound, Refused
from lms.publishing import actions as publishing
from lms.publishing import queries as published
from tests import people as cast_of
from tests.accounts import houses
from tests.cohorts.classes import a_class, a_version, change, members
from tests.people import PEOPLE, SYSTEM


@pytest.fixture
def anyi(people):
    """The school anyi with an approver: weijun."""
    return with_approver(people)


def with_approver(people):
    with transaction(SYSTEM):
        actions.employ(people.weijun, people.organisations["anyi"], "approver")
    return people


def state(cohort_id: UUID) -> State:
    with transaction(SYSTEM):
        return cohorts.cohort(cohort_id).state


def files(people, cohort_id: UUID, key: str = "liumin") -> None:
    principal = people.principal(key)
    with transaction(principal):
        filing.file(cohort_id, principal)


def looks(people, cohort_id: UUID, key: str = "weijun", approve: bool = True, reason: str = "", seen: str = "") -> None:
    principal = people.principal(key)
    with transaction(principal):
        seen = seen or filing.digest(cohort_id)
        filing.file_checked(cohort_id, approve=approve, reason=reason, seen=seen, principal=principal)


def test_without_an_approver_a_class_goes_straight_to_the_authority(people):
    cohort_id = a_class(people, state="draft")
    files(people, cohort_id)
    assert state(cohort_id) == State.FILED


def test_with_an_approver_it_waits_for_the_second_person(anyi):
    """Sabotage: leave needs_second_look() out of file()."""
    cohort_id = a_class(anyi, state="draft")
    files(anyi, cohort_id)
    assert state(cohort_id) == State.DRAFT
    with pytest.raises(Conflict, match="已经交给本单位审核"):
        files(anyi, cohort_id)
    looks(anyi, cohort_id)
    assert state(cohort_id) == State.FILED
    with transaction(SYSTEM):
        assert cohorts.cohort(cohort_id).filed_by == anyi.liumin
    with pytest.raises(Conflict):
        looks(anyi, cohort_id)


def test_nobody_is_their_own_second_person(anyi):
    """Clerk and approver in one person. Sabotage: compare roles instead of people."""
    with transaction(SYSTEM):
        actions.employ(anyi.liumin, anyi.organisations["anyi"], "approver")
    cohort_id = a_class(anyi, state="draft")
    files(anyi, cohort_id)
    with pytest.raises(Refused, match="要等本单位第二个人"):
        looks(anyi, cohort_id, "liumin")
    for key in ("chenbo", "yufang", "linlan"):
        with pytest.raises((NotFound, Refused)):
            looks(anyi, cohort_id, key)
    assert state(cohort_id) == State.DRAFT


def test_what_was_changed_meanwhile_is_looked_at_again(anyi):
    """Sabotage: leave the digest out, or do not withdraw on a change of terms."""
    cohort_id = a_class(anyi, state="draft")
    files(anyi, cohort_id)
    principal = anyi.principal("weijun")
    with transaction(principal):
        seen = filing.digest(cohort_id)
    change(cohort_id, teacher="另一位老师")
    with pytest.raises(Conflict, match="改过"):
        looks(anyi, cohort_id, seen=seen)
    clerk = anyi.principal("liumin")
    with transaction(clerk):
        view = cohorts.cohort(cohort_id)
        terms = filing.Terms(**{name: getattr(view, name) for name in filing.Terms.__dataclass_fields__})
        filing.change(cohort_id, terms, clerk)
        assert queries.second_look_of("cohort", cohort_id).state == "withdrawn"
    files(anyi, cohort_id)
    looks(anyi, cohort_id)
    assert state(cohort_id) == State.FILED


def test_given_back_with_a_reason(anyi, client_for):
    cohort_id = a_class(anyi, state="draft")
    files(anyi, cohort_id)
    with pytest.raises(Refused, match="写一句为什么退回"):
        looks(anyi, cohort_id, approve=False)
    looks(anyi, cohort_id, approve=False, reason="老师名字写错了")
    page = client_for(anyi.liumin).get(f"/cohorts/{cohort_id}").text
    assert "本单位审核退回来了" in page and "老师名字写错了" in page
    files(anyi, cohort_id)
    assert "等本单位第二个人审核" in client_for(anyi.liumin).get(f"/cohorts/{cohort_id}").text


def test_the_pages_of_the_second_person(anyi, client_for):
    cohort_id = a_class(anyi, state="draft")
    files(anyi, cohort_id)
    approver, address = client_for(anyi.weijun), f"/cohorts/{cohort_id}/check"
    assert "开班内审" in approver.get("/inbox").text
    page = approver.get(address).text
    assert page.count("<h1") == 1 and "刘敏" in page
    assert approver.post(address, data={"seen": "x"}).status_code == 422
    seen = page.split('name="seen" type="hidden" value="')[1].split('"')[0]
    assert approver.post(address, data={"seen": seen, "verdict": "yes"}).status_code == 303
    assert state(cohort_id) == State.FILED


def test_two_second_persons_at_once(live_app):
    """One wins, the other is told. Sabotage: leave with_for_update() out of the second look."""
    people, said = with_approver(cast_of.bring_in()), []
    with transaction(SYSTEM):
        actions.employ(people.yufang, people.organisations["anyi"], "approver")
    cohort_id, together = a_class(people, state="draft"), Barrier(2)
    files(people, cohort_id)

    def decides(principal):
        with live_app.app_context():
            with transaction(principal):
                seen = filing.digest(cohort_id)
            together.wait()
            try:
                with transaction(principal):
                    filing.file_checked(cohort_id, approve=True, reason="", seen=seen, principal=principal)
                said.append("done")
            except Conflict:
                said.append("late")

    principals = [people.principal(key) for key in ("weijun", "yufang")]
    both = [Thread(target=decides, args=(principal,)) for principal in principals]
    [one.start() for one in both], [one.join() for one in both]
    assert sorted(said) == ["done", "late"]


def previewed(people, cohort_id: UUID) -> UUID:
    clerk, ahui = people.principal("liumin"), PEOPLE["ahui"]
    roster = enrolling.read(f"姓名,身份证号,手机号\n{ahui.name},{ahui.id_number},{ahui.phone}".encode())
    with transaction(clerk):
        kept = enrolling.seal(enrolling.compare(roster, cohort_id, clerk))
        return enrolling.keep(kept, cohort_id, "名单.csv", clerk)


def test_people_join_an_open_class_after_a_second_look(anyi, client_for):
    """Sabotage: confirm the roster without asking."""
    cohort_id = a_class(anyi, state="open")
    import_id = previewed(anyi, cohort_id)
    address = f"/cohorts/{cohort_id}/roster/{import_id}"
    for _ in range(2):
        assert client_for(anyi.liumin).post(address).location == f"/cohorts/{cohort_id}"
    assert members(cohort_id) == set()
    approver = client_for(anyi.weijun)
    assert "名单内审" in approver.get("/inbox").text
    page = approver.get(f"{address}/check").text
    assert "何阿辉" in page and PEOPLE["ahui"].id_number not in page
    assert client_for(anyi.liumin).get(f"{address}/check").status_code == 404
    seen = page.split('name="seen" type="hidden" value="')[1].split('"')[0]
    assert approver.post(f"{address}/check", data={"seen": seen, "verdict": "yes"}).status_code == 303
    assert members(cohort_id) == {anyi.ahui}
    assert "名单上的人已经进班" in approver.get(f"{address}/check").text


def test_people_of_a_class_that_is_not_filed_go_with_it(anyi, client_for):
    cohort_id = a_class(anyi, state="draft")
    import_id = previewed(anyi, cohort_id)
    client_for(anyi.liumin).post(f"/cohorts/{cohort_id}/roster/{import_id}")
    assert members(cohort_id) == {anyi.ahui}


def test_a_course_waits_too(anyi, client_for):
    """Sabotage: leave needs_second_look() out of submit()."""
    version_id = a_version(anyi, state="checked")
    clerk, approver = client_for(anyi.liumin), client_for(anyi.weijun)
    clerk.post(f"/packages/{version_id}/submit")
    with transaction(SYSTEM):
        assert published.version(version_id).state == "checked"
    assert "课程包内审" in approver.get("/inbox").text
    address = f"/packages/{version_id}/second-look"
    page = approver.get(address).text
    assert page.count("<h1") == 1
    assert approver.post(address, data={"seen": "other", "verdict": "yes"}).status_code == 409
    assert approver.post(address, data={"seen": version_id.hex, "verdict": "yes"}).status_code == 303
    with transaction(SYSTEM):
        assert published.version(version_id).state == "submitted"


def test_the_uploader_is_not_the_second_person_of_a_course(anyi):
    """A colleague sends it in, the uploader may not pass it. Sabotage: drop the uploader from looked()."""
    version_id = a_version(anyi, state="checked")
    with transaction(SYSTEM):
        actions.employ(anyi.liumin, anyi.organisations["anyi"], "approver")
    yufang, liumin = anyi.principal("yufang"), anyi.principal("liumin")
    with transaction(yufang):
        publishing.submit(version_id)
    with pytest.raises(LMSError), transaction(liumin):
        publishing.submit_checked(version_id, approve=True, reason="", seen=version_id.hex)


def test_plan_nine_is_refused_without_its_papers(people, client_for):
    """L420, L442. Sabotage: leave why_not_file() out of file()."""
    cohort_id = a_class(people, state="draft")
    change(cohort_id, programme_code="P09-special_operation", plan_code="P09")
    answer = client_for(people.liumin).post(f"/cohorts/{cohort_id}/file")
    assert answer.status_code == 422 and "已向当地应急管理部门报告" in answer.text
    days = (clock.today(), clock.today() + timedelta(days=90))
    houses.a_paper(people, "emergency_reported", "accepted", days)
    answer = client_for(people.liumin).post(f"/cohorts/{cohort_id}/file")
    assert answer.status_code == 422 and "实操条件" in answer.text
    houses.a_paper(people, "practical_capacity", "accepted", days)
    principal = people.principal("liumin")
    with transaction(principal):
        assert queries.why_not_file(people.organisations["anyi"], "P09-special_operation", clock.today()) is None
    assert checking.ROSTER == "roster"
