"""The pages of sheets and of the recomputed ledger, as people open them."""

import re
from io import BytesIO
from uuid import uuid4

from flask import Flask
from sqlalchemy import text

from lms.foundation import jobs
from lms.foundation.database import transaction
from lms.learning.checking import reading, rounds
from lms.subsidies.sheets import asking
from tests.people import SYSTEM, Cast
from tests.subsidies.exporting import a_studied_class


def test_ask_wait_download_print_and_bring_the_sealed_paper(app: Flask, people: Cast, turn_clock, client_for) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: take any file as a scan, or keep it under its own name."""
    room = a_studied_class(people)
    clerk = client_for(people.liumin)
    assert "线上平台培训数据" in clerk.get("/sheets").text
    asked = {"kind": "platform", "cohort_id": str(room.cohort_id), "identity": "masked", "token": str(uuid4())}
    address = clerk.post("/sheets", data=asked).location
    assert clerk.post("/sheets", data=asked).location == address
    assert "排队等着" in clerk.get(address).text
    with transaction(SYSTEM):
        job_id = asking.newest()[0].job_id
    jobs.run(job_id)
    page = clerk.get(address).text
    assert "生成好了" in page
    assert clerk.get(f"{address}/sheet.xlsx").data.startswith(b"PK")
    assert clerk.get(f"{address}/sheet.csv").data.startswith(b"\xef\xbb\xbf")
    paper = clerk.get(f"{address}/print").text
    assert "盖章处" in paper
    assert "黄*兰" in paper
    refused = clerk.post(f"{address}/scans", data={"scan": (BytesIO(b"MZ program"), "a.pdf")})
    assert (refused.status_code, "PDF、JPG" in refused.text) == (422, True)
    clerk.post(f"{address}/scans", data={"scan": (BytesIO(b"%PDF-1.7 sealed"), "盖章.pdf")})
    found = re.search(r"/sheets/[0-9a-f-]+/scans/[0-9a-f-]+", clerk.get(address).text)
    assert found
    assert clerk.get(found[0]).data == b"%PDF-1.7 sealed"


def test_differences_are_shown_and_settled_by_two(app: Flask, people: Cast, turn_clock, client_for) -> None:  # type: ignore[no-untyped-def]
    """Sabotage: let one person settle a difference alone."""
    a_studied_class(people)
    auditor, administrator = client_for(people.fangyu), client_for(people.hequan)
    assert "还没有重算过" in auditor.get("/recomputed").text
    rounds.run("nightly", reading.everybody())
    assert "对得上" in auditor.get("/recomputed").text
    with transaction(SYSTEM) as session:
        session.execute(text("update coverage set stretches = '[]' where person_id = :who"), {"who": people.xiulan})
    rounds.run("nightly", reading.everybody())
    page = auditor.get("/recomputed").text
    assert "有 1 处对不上" in page
    address = re.search(r'action="(/recomputed/[0-9a-f-]+)"', page)
    assert address
    assert auditor.post(address[1], data={"reason": ""}).status_code == 422
    assert auditor.post(address[1], data={"reason": "查了，是测试改的"}).status_code == 303
    assert "等第二个人" in auditor.get("/recomputed").text
    assert auditor.post(address[1], data={"reason": "再写一次"}).status_code == 409
    assert administrator.post(address[1], data={"reason": "我也查过"}).status_code == 303
    assert "查清楚了" in administrator.get("/recomputed").text
