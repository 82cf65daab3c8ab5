"""The inbox of every role: what stands in it, pages at thousands, several decided together."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, insert

from lms.accounts import actions
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort
from lms.cohorts.rules.filing import State
from lms.foundation import clock
from lms.foundation.database import db, transaction
from lms.reporting import queries
from lms.subsidies import actions as subsidies
from tests.accounts import houses
from tests.cohorts.classes import PLACES, a_class, a_version
from tests.people import RURAL_ECOMMERCE, SYSTEM

MANY = 3000


def state(cohort_id: UUID) -> State:
    with transaction(SYSTEM):
        return cohorts.cohort(cohort_id).state


def many_filings(people, count: int) -> None:
    """Classes of anyi, filed a minute apart."""
    version_id, tenant_id, now = a_version(people), people.organisations["anyi"], clock.now()
    rest = {"starts_on": clock.today(), "ends_on": clock.today() + timedelta(days=30), "planned_class_hours": 2}
    rest |= {"teacher": "刘敏", "place": "", "state": "filed", "programme_code": RURAL_ECOMMERCE, **PLACES["anyi"]}
    rows = [
        {
            "id": uuid4(),
            "created_at": now,
            "tenant_id": tenant_id,
            "version_id": version_id,
            "code": f"M-{n}",
            "title": f"农村电商第 {n} 期",
            "filed_at": now - timedelta(minutes=n),
            "filed_by": people.liumin,
            **rest,
        }
        for n in range(count)
    ]
    with transaction(SYSTEM) as session:
        session.execute(insert(Cohort), rows)


def test_every_role_finds_what_waits_for_it(people, client_for):
    """Sabotage: gather without asking `needs`."""
    a_class(people, state="filed", code="1")
    returned = a_class(people, state="filed", code="2", title="退回来的班")
    client = client_for(people.hequan)
    with transaction(SYSTEM):
        seen = cohorts.cohort(returned).filed_at.isoformat()
    client.post(f"/cohorts/{returned}/review", data={"verdict": "return", "reason": "改日期", "seen_at": seen})
    houses.asks()
    houses.a_paper(people, "school_licence", "accepted", (clock.today(), clock.today() + timedelta(days=30)))
    houses.lends(people, "hequan", "suwen", "administrator", 1)
    kinds = {
        key: set(kinds_of(people, key))
        for key in ("hequan", "liumin", "linlan", "fangyu", "suwen", "zhaojun", "haoran")
    }
    assert {"开班", "机构登记"} <= kinds["hequan"]
    assert "班级退回" in kinds["liumin"] and "开班" not in kinds["liumin"]
    assert "资质到期" in kinds["linlan"] and "代办" in kinds["fangyu"]
    for key in ("suwen", "zhaojun", "haoran"):
        assert not kinds[key] & {"开班", "机构登记", "资质核对", "代办"}
    for key in ("hequan", "liumin", "linlan", "fangyu", "suwen"):
        page = client_for(people.ids[key]).get("/inbox")
        assert page.status_code == 200 and page.text.count("<h1") == 1
    assert client_for(people.xiulan).get("/inbox").status_code == 404


def kinds_of(people, key: str) -> dict[str, int]:
    principal = people.principal(key)
    with transaction(principal):
        return queries.inbox(principal).counts


def test_three_thousand_items_a_page_at_a_time(people):
    """Each page costs the same few statements, and the database reads a page, not everything.

    Sabotage: take the limit or in_index_order() out of cohorts_waiting(), or drop the index ix_cohort_waiting.
    """
    many_filings(people, MANY)
    principal, seen, begin = people.principal("hequan"), [], ""
    statements: list[str] = []
    listener = lambda *args: statements.append(args[2])  # noqa: E731 - SQLAlchemy calls it with six arguments
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        for _ in range(3):
            before = len(statements)
            with transaction(principal):
                found = queries.inbox(principal, begin=begin, size=50)
            assert found.counts["开班"] == MANY and len(found.lines) == 50
            assert len(statements) - before < 40
            seen += [line.item.since for line in found.lines]
            begin = found.rest
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    assert seen == sorted(seen) and len(set(seen)) == 150
    assert rows_read(principal) <= 60


def rows_read(principal) -> int:
    """How many rows the database reads for one page of filings, at the widest place of its plan."""
    sent: list[tuple[str, object]] = []
    with transaction(principal) as session:
        listener = lambda conn, cursor, statement, parameters, *_: sent.append((statement, parameters))  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        try:
            cohorts.cohorts_waiting(principal, None, 51)
        finally:
            event.remove(db.engine, "before_cursor_execute", listener)
        before, (statement, parameters), _ = sent
        session.connection().exec_driver_sql(*before)
        plan = "\n".join(session.connection().exec_driver_sql(f"explain analyze {statement}", parameters).scalars())
    assert "ix_cohort_waiting" in plan
    return max(int(float(n)) for n in re.findall(r"actual time=\S+ rows=(\d+)", plan))


def ticked(people, client) -> list[str]:
    return re.findall(r'name="item" value="([^"]+)"', client.get("/inbox?kind=开班").text)


def test_several_are_decided_one_by_one(people, client_for):
    """What moved on meanwhile is told and stops nobody else. Sabotage: one transaction for all."""
    ids = [a_class(people, state="filed", code=str(n), title=f"第 {n} 班") for n in range(4)]
    client = client_for(people.hequan)
    items = ticked(people, client)
    assert len(items) == 4
    confirm = client.post("/inbox/batch", data={"item": items})
    assert confirm.status_code == 200 and confirm.text.count("<h1") == 1 and "不能撤回" in confirm.text
    assert all(state(cohort_id) == State.FILED for cohort_id in ids)
    with transaction(SYSTEM):
        db.session.get(Cohort, ids[1]).filed_at = clock.now() + timedelta(seconds=1)
    done = client.post("/inbox/batch/decide", data={"item": items, "verdict": "yes"})
    assert "3 件办好了，1 件没有办" in done.text and "改过又交了一次" in done.text
    assert [state(cohort_id) for cohort_id in ids].count(State.OPEN) == 3 and state(ids[1]) == State.FILED
    again = client.post("/inbox/batch/decide", data={"item": items, "verdict": "yes"})
    assert "0 件办好了，4 件没有办" in again.text


def test_a_batch_is_told_what_is_missing(people, client_for):
    a_class(people, state="filed", code="1")
    client = client_for(people.hequan)
    items = ticked(people, client)
    for data, told in (
        ({}, "先在左边勾上"),
        ({"item": ["课程包~1~2~3"]}, "一件一件看"),
        ({"item": [*items, "机构登记~1~2~3"]}, "同一种事项"),
        ({"item": ["开班~x~y~z"]}, "打开太久"),
        ({"item": items * 101}, "最多一起办"),
    ):
        for address in ("/inbox/batch", "/inbox/batch/decide"):
            answer = client.post(address, data=data)
            assert answer.status_code == 422 and told in answer.text
    assert client.post("/inbox/batch/decide", data={"item": items}).status_code == 422
    no = client.post("/inbox/batch/decide", data={"item": items, "verdict": "no", "reason": " "})
    assert no.status_code == 422 and "写一句为什么退回" in no.text


@pytest.mark.parametrize("key", ["liumin", "zhaojun", "haoran", "suwen"])
def test_a_batch_of_others_decides_nothing(people, client_for, key):
    """Sabotage: take the source without asking what the principal may, or decide as the system."""
    cohort_id = a_class(people, state="filed", code="1")
    items = ticked(people, client_for(people.hequan))
    client_for(people.ids[key]).post("/inbox/batch/decide", data={"item": items, "verdict": "yes"})
    assert state(cohort_id) == State.FILED


def test_what_somebody_left_is_the_successors(people, client_for):
    """Sabotage: show who filed it, whoever works here."""
    cohort_id = a_class(people, state="filed", code="1", title="退回来的班")
    with transaction(SYSTEM):
        seen = cohorts.cohort(cohort_id).filed_at.isoformat()
    client_for(people.hequan).post(
        f"/cohorts/{cohort_id}/review", data={"verdict": "return", "reason": "改日期", "seen_at": seen}
    )
    assert "退回来的班" in client_for(people.liumin).get("/inbox?mine=1").text
    assert "退回来的班" not in client_for(people.yufang).get("/inbox?mine=1").text
    form = {"successor": str(people.yufang), "reason": "调走"}
    client_for(people.linlan).post(f"/organisation/staff/{people.liumin}/leave", data=form)
    page = client_for(people.yufang).get("/inbox?mine=1").text
    assert "退回来的班" in page and "经手：余芳" in page


def test_who_exports_hours_finds_the_classes_that_ended(people, client_for):
    """Until somebody has asked for their export. Sabotage: do not look at what was exported."""
    cohort_id = a_class(people, state="closed", code="1", title="结了的班", closed_at=clock.now())
    a_class(people, state="open", code="2", title="还开着的班")
    page = client_for(people.suwen).get("/inbox").text
    assert "结了的班结班，还没导出学时" in page and "还开着的班" not in page
    assert "结了的班" not in client_for(people.hequan).get("/inbox").text
    principal = people.principal("suwen")
    with transaction(principal):
        subsidies.request_export(cohort_id, "masked", "", str(uuid4()), principal)
    assert "结了的班" not in client_for(people.suwen).get("/inbox").text


def test_filters_are_in_the_address(people, client_for):
    a_class(people, state="filed", code="1", title="甲班")
    houses.asks()
    client = client_for(people.hequan)
    assert "申请登记" not in client.get("/inbox?kind=开班").text and "甲班" in client.get("/inbox?kind=开班").text
    assert "这样筛没有待办" in client.get("/inbox?plan=P09").text
    for strange in ("?kind=%00", "?from=nonsense", "?n=-5", "?n=x", "?plan=%F0%9F%98%80", "?from=2026-11-22~x~y"):
        assert client.get(f"/inbox{strange}").status_code in (200, 400)


def test_an_approver_decides_several(people, client_for):
    """Sabotage: take the digest from the form instead of what was asked."""
    with transaction(SYSTEM):
        actions.employ(people.weijun, people.organisations["anyi"], "approver")
    ids = [a_class(people, state="draft", code=str(n), title=f"第 {n} 班") for n in range(2)]
    for cohort_id in ids:
        client_for(people.liumin).post(f"/cohorts/{cohort_id}/file")
    approver = client_for(people.weijun)
    items = re.findall(r'name="item" value="([^"]+)"', approver.get("/inbox?kind=开班内审").text)
    with transaction(SYSTEM):
        db.session.get(Cohort, ids[0]).teacher = "换了老师"
    done = approver.post("/inbox/batch/decide", data={"item": items, "verdict": "yes"})
    assert "1 件办好了，1 件没有办" in done.text
    assert [state(cohort_id) for cohort_id in ids] == [State.DRAFT, State.FILED]
