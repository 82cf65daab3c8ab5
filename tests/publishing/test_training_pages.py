"""Training packages over HTTP: as the two clerks, the administrator and everybody meet them."""

import io
import re
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest

from lms.foundation import clock
from lms.foundation.database import transaction
from lms.foundation.spreadsheets import open_sheets
from lms.publishing.queries import training as queries
from tests.cohorts.classes import a_version
from tests.people import RURAL_ECOMMERCE
from tests.publishing import trainings
from tests.publishing.syllabi import CITED, HEADER, ROWS, long_rows, xlsx
from tests.publishing.test_unified import course, unified_syllabus
from tests.questions.bank_sheets import a_bank

NEW = {
    "partner": "美洁家政服务有限公司",
    "programme_code": RURAL_ECOMMERCE,
    "title": "家政服务员初级培训包",
    "summary": "从职业道德到擦玻璃",
    "standard_code": "GZB 4-10-01-06",
    "standard_name": "家政服务员国家职业技能标准",
    "standard_level": "五级/初级工",
}


def send(client, address: str, data: bytes, name: str = "大纲.xlsx"):
    return client.post(address, data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


def revision(page: str) -> str:
    return re.search(r'name="revision"[^>]*value="(\d+)"', page)[1]


def sign(client, address: str) -> None:
    seen = revision(client.get(f"{address}/sign").text)
    assert client.post(f"{address}/sign", data={"revision": seen}).status_code == 303


def imported(client, address: str, data: bytes, way: str = "beside") -> str:
    kept = send(client, f"{address}/sheet", data).location
    assert client.post(kept, data={"way": way}).status_code == 303
    return client.get(kept).text


def test_the_whole_way(people, client_for) -> None:
    """L134–136, L168, L232: a school and an enterprise write, cover, sign; the authority approves; everybody may read it."""
    school, enterprise, authority = (client_for(people.ids[key]) for key in ("liumin", "guofeng", "hequan"))
    address = school.post("/training-packages/new", data=NEW).location
    assert "大纲还有 1 处要改" in school.get(address).text
    assert "4 条写进大纲了" in imported(school, address, xlsx())
    added = {"number": "3", "title": "<i>洗衣</i>", "theory": "1", "practical": "0.5", "level": ""}
    assert enterprise.post(f"{address}/syllabus", data=added).status_code == 303
    page = school.get(f"{address}/syllabus").text
    assert "&lt;i&gt;洗衣" in page and "理论 5 学时" in page and "实操 4.5 学时" in page
    course_id, bank_id = a_version(people), a_bank(people)
    assert "0 / 1 课" in school.get(f"{address}/courses").text
    assert school.post(f"{address}/courses/{course_id}", data={"lesson-1": "1，2.1"}).status_code == 303
    assert school.post(f"{address}/banks", data={"bank": str(bank_id)}).status_code == 303
    report = enterprise.get(f"{address}/coverage").text
    assert "还有 4 条缺课或者缺题" in report and "45 分钟是一个学时" in report and "不能抵" in report
    for client in (school, enterprise):
        sign(client, address)
    assert "两家都签了，可以送给主管部门审" in enterprise.get(address).text
    assert enterprise.post(f"{address}/submit").status_code == 303
    assert "家政服务员初级培训包" in authority.get("/training-packages/reviews").text
    page = authority.get(f"{address}/review").text
    assert "刘敏" in page and "郭凤" in page and "安颐职业培训学校" in page
    decision = {"verdict": "approve", "reason": "", "revision": revision(page)}
    assert authority.post(f"{address}/review", data=decision).status_code == 303
    public = client_for(None).get(f"/training-packages/published/{address.rsplit('/', 1)[1]}").text
    for words in (
        "理论",
        "<b>5 学时</b>",
        "<b>4.5 学时</b>",
        "美洁家政服务有限公司",
        "4-10-01-06",
        "3 题",
        "2.2 擦玻璃",
    ):
        assert words in public
    assert "刘敏" not in public and "家政服务员初级培训包" in client_for(None).get("/training-packages/published").text


def test_a_change_after_a_signature_is_told(people, client_for) -> None:
    """Sabotage: show a void signature as one that holds."""
    version_id = trainings.begun(people)
    address, school = f"/training-packages/{version_id}", client_for(people.liumin)
    sign(school, address)
    assert "刘敏 " in school.get(address).text
    school.post(f"{address}/syllabus", data={"number": "3", "title": "洗衣", "theory": "1"})
    page = school.get(address).text
    assert "刘敏 " not in page and "另有 1 份签名是签从前那一稿的" in page
    old = school.post(f"{address}/sign", data={"revision": "1"})
    assert old.status_code == 409 and "刷新看看最新的" in old.text
    assert school.post(f"{address}/sign", data={"revision": "x"}).status_code == 409


A_BEGINNING_THAT_CANNOT_STAND_IS_TOLD = (
    ({"partner": "没有这家公司"}, "没有找到这家单位"),
    ({"partner": "启明技能培训中心"}, "一家培训机构和一家企业"),
    ({"partner": "安颐职业培训学校"}, "一家培训机构和一家企业"),
    ({"title": ""}, "写上名字"),
    ({"standard_code": "abc"}, "认不出来"),
    ({"standard_name": ""}, "要一起写"),
    ({"summary": "长" * 501}, "最多 500 个字"),
)


def test_a_beginning_that_cannot_stand_is_told_at_its_field(people, client_for) -> None:
    clerk = client_for(people.liumin)
    for changed, told in A_BEGINNING_THAT_CANNOT_STAND_IS_TOLD:
        answer = clerk.post("/training-packages/new", data={**NEW, **changed})
        assert answer.status_code == 422 and told in answer.text, changed


def test_a_sheet_with_faults_gives_them_back_to_be_mended(people, client_for) -> None:
    """Per line, column, reason and mend; the good lines come in; the refused come back as a sheet that can be chosen again."""
    version_id = trainings.begun(people, [])
    address, clerk = f"/training-packages/{version_id}", client_for(people.liumin)
    rows = [
        *ROWS[:3],
        ("2.2", "擦玻璃", "半天", "4", "", "", ""),
        ("2.3", "=SUM(A1:A9)", "1", "", "", "", ""),
        ("7.1", "没有上级", "1", "", "", "", ""),
    ]
    kept = send(clerk, f"{address}/sheet", xlsx(rows)).location
    page = clerk.get(kept).text
    assert "要改的 2 行" in page and "学时“半天”认不出来" in page and "上一级“7”不在表里" in page
    assert clerk.post(kept, data={"way": "beside"}).status_code == 303
    file = clerk.get(f"{kept}/rows-to-mend.xlsx")
    assert file.headers["Cache-Control"] == "no-store"
    [sheet] = open_sheets(file.data)
    cells = [[cell.text for cell in line.cells] for line in sheet.lines]
    assert cells[0] == ["原来第几行", *HEADER, "原因", "怎么改"] and [row[0] for row in cells[1:]] == ["5", "7"]
    mended = [row[1:8] for row in cells[1:]]
    mended[0][2], mended[1][0] = "0.5", "3"
    again = send(clerk, f"{address}/sheet", xlsx(mended, header=cells[0][1:8])).location
    assert "可以导入" in clerk.get(again).text
    clerk.post(again, data={"way": "beside"})
    with transaction(people.principal("liumin")):
        assert [item.number for item in queries.items_of(version_id)] == ["1", "2", "2.1", "2.2", "2.3", "3"]


def workbook(rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "这个文件是空的"),
        (b"%PDF-1.7", "这个文件不是表格"),
        (b"PK\x03\x04broken", "这个文件坏了"),
        ("姓名,电话\n甲,1\n".encode(), "没有找到表头"),
        (xlsx(long_rows(5000)), "最多 3000 条"),
        (xlsx([]), "一条内容也没有"),
        (workbook([("编号", "内容", "理论学时"), ("1", "道德", "=1+1")]), "公式"),
        (
            workbook(
                [
                    ("编号", "内容", "理论学时", "标准编号", "标准名称"),
                    (1.1, "道德", 2, *CITED[:2]),
                    (1.10, "又一条", 1, "", ""),
                ]
            ),
            "1.10 当成数字",
        ),
    ],
    ids=["empty", "pdf", "broken", "other", "5000 rows", "header only", "formula", "1.10"],
)
def test_hostile_sheets_are_told_and_change_nothing(people, client_for, data, told) -> None:
    """Never a stack trace, never half an import."""
    version_id = trainings.begun(people, [])
    clerk = client_for(people.liumin)
    answer = send(clerk, f"/training-packages/{version_id}/sheet", data)
    page = clerk.get(answer.location).text if answer.status_code == 303 else answer.text
    assert answer.status_code in (303, 422) and told in page
    with transaction(people.principal("liumin")):
        assert queries.items_of(version_id) == []


def test_a_sheet_of_csv_from_an_old_program(people, client_for) -> None:
    version_id = trainings.begun(people, [])
    data = "\n".join(";".join(row) for row in [HEADER, *ROWS]).encode("gb18030")
    kept = send(client_for(people.liumin), f"/training-packages/{version_id}/sheet", data, "大纲.csv").location
    assert "4<small>条" in client_for(people.liumin).get(kept).text


def test_what_is_downloaded_can_be_read_in_again(people, client_for) -> None:
    version_id = trainings.begun(people)
    address, clerk = f"/training-packages/{version_id}", client_for(people.liumin)
    sample = clerk.get("/training-packages/syllabus-sample.xlsx")
    assert sample.status_code == 200
    with transaction(people.principal("liumin")):
        before = queries.items_of(version_id)
    assert "4 条写进大纲了" in imported(clerk, address, clerk.get(f"{address}/syllabus.xlsx").data, "whole")
    with transaction(people.principal("liumin")):
        assert queries.items_of(version_id) == before


AN_ITEM_THAT_CANNOT_STAND_IS_TOLD = (
    ({"number": "x", "title": "甲", "theory": "1"}, "认不出来"),
    ({"number": "3", "title": "", "theory": "1"}, "内容空着"),
    ({"number": "3", "title": "甲", "theory": "-1"}, "认不出来"),
    ({"number": "1", "title": "甲", "theory": "1"}, "已经有了"),
    ({"number": "9.1", "title": "甲", "theory": "1"}, "先加上它"),
    ({"number": "3", "title": "甲", "theory": "1", "code": "4-10-01-06"}, "没写标准名称"),
    ({"number": "3", "title": "甲", "theory": "1", "level": "八级"}, "err"),
)


def test_an_item_that_cannot_stand_is_told_at_its_field(people, client_for) -> None:
    address, clerk = f"/training-packages/{trainings.begun(people)}/syllabus", client_for(people.liumin)
    for fields, told in AN_ITEM_THAT_CANNOT_STAND_IS_TOLD:
        answer = clerk.post(address, data=fields)
        assert answer.status_code == 422 and told in answer.text, fields


def test_an_item_is_changed_and_taken_out(people, client_for) -> None:
    version_id, clerk = trainings.begun(people), client_for(people.liumin)
    with transaction(people.principal("liumin")):
        row = queries.items_on_page(version_id, 1, 9)[2]
    address = f"/training-packages/{version_id}/syllabus/{row.id}"
    assert 'value="1.5"' in clerk.get(address).text
    assert clerk.post(address, data={"number": "2.1", "title": "认识清洁剂", "theory": "2"}).status_code == 303
    assert clerk.post(f"{address}/remove").status_code == 303
    assert clerk.get(address).status_code == 404
    with transaction(people.principal("liumin")):
        assert [item.number for item in queries.items_of(version_id)] == ["1", "2", "2.2"]


def test_a_lesson_mapped_to_nothing_is_told_at_its_field(people, client_for) -> None:
    version_id, course_id = trainings.begun(people), a_version(people)
    answer = client_for(people.liumin).post(
        f"/training-packages/{version_id}/courses/{course_id}", data={"lesson-1": "1 八"}
    )
    assert answer.status_code == 422 and "大纲里没有“8”这一条" in answer.text and 'value="1 八"' in answer.text


def test_a_return_reaches_both_with_its_remarks(people, client_for) -> None:
    version_id = trainings.submitted(people)
    address, authority = f"/training-packages/{version_id}", client_for(people.hequan)
    seen = revision(authority.get(f"{address}/review").text)
    no_reason = authority.post(f"{address}/review", data={"verdict": "return", "reason": "", "revision": seen})
    assert no_reason.status_code == 422 and "写一句要改什么" in no_reason.text
    strange = {
        "verdict": "return",
        "reason": "改",
        "revision": seen,
        "remark-number-1": "8",
        "remark-words-1": "看不懂",
    }
    answer = authority.post(f"{address}/review", data=strange)
    assert answer.status_code == 422 and "大纲里没有“8”" in answer.text and "看不懂" in answer.text
    good = {**strange, "reason": "第 2.2 条写细", "remark-number-1": "2.2"}
    assert authority.post(f"{address}/review", data=good).status_code == 303
    for who in (people.liumin, people.guofeng):
        page = client_for(who).get(address).text
        assert "第 2.2 条写细" in page and "看不懂" in page


def test_an_old_review_page_decides_nothing(people, client_for) -> None:
    address = f"/training-packages/{trainings.submitted(people)}"
    answer = client_for(people.hequan).post(
        f"{address}/review", data={"verdict": "approve", "reason": "", "revision": "1"}
    )
    assert answer.status_code == 409


def test_a_new_version_shows_what_it_changes(people, client_for) -> None:
    clerk = client_for(people.liumin)
    first = f"/training-packages/{trainings.approved(people)}"
    newer = clerk.post(f"{first}/revise").location
    assert "大纲和第 1 版一样" in clerk.get(f"{newer}/differences").text
    imported(clerk, newer, xlsx([("1", "职业道德", "3", "", *CITED)]))
    page = clerk.get(f"{newer}/differences").text
    assert "改了理论学时" in page and "理论 2，" in page and "理论 3，" in page
    assert clerk.post(f"{first}/revise").status_code == 409
    assert client_for(None).get(newer.replace("training-packages/", "training-packages/published/")).status_code == 404


def test_the_unified_syllabus_is_named_and_shown(people, client_for) -> None:
    """L448."""
    trainings.widen_scope(people)
    version_id = trainings.approved(people, trainings.begun(people, programme=trainings.SPECIAL))
    address, authority = f"/training-packages/{version_id}", client_for(people.hequan)
    assert "定为统一大纲" in authority.get(f"{address}/review").text
    day = clock.today() + timedelta(days=1)
    assert authority.post(f"{address}/unify", data={"effective_from": ""}).status_code == 422
    assert authority.post(f"{address}/unify", data={"effective_from": day.isoformat()}).status_code == 303
    assert "这是统一大纲" in client_for(None).get(f"/training-packages/published/{version_id}").text


def test_a_course_is_mapped_to_the_unified_syllabus_before_it_goes_in(people, client_for) -> None:
    """L448: 不按统一的培训大纲…不按题库考试."""
    clerk = client_for(people.liumin)
    course_id = course(people)
    address = f"/training-packages/unified/{course_id}"
    assert "还没有公布" in clerk.get(address).text
    unified_syllabus(people)
    refused = clerk.post(f"/packages/{course_id}/submit")
    assert refused.status_code == 422 and "还没有对到统一大纲" in refused.text
    assert clerk.post(address, data={"lesson-1": "99"}).status_code == 422
    assert clerk.post(address, data={"lesson-1": "1、2.1"}).status_code == 303
    assert "每一课都对上了" in clerk.get(address).text
    assert address in clerk.get(f"/packages/{course_id}").text
    assert clerk.post(f"/packages/{course_id}/submit").status_code == 303


def test_strangers_find_nothing(people, client_for) -> None:
    """Absent and forbidden are told alike."""
    version_id = trainings.submitted(people)
    for who in (people.chenbo, people.zhaojun, people.xiulan):
        for page in ("", "/sign", "/syllabus", "/coverage", "/review", "/syllabus.xlsx"):
            assert client_for(who).get(f"/training-packages/{version_id}{page}").status_code == 404
    assert client_for(None).get(f"/training-packages/published/{version_id}").status_code == 404
    assert client_for(people.liumin).get(f"/training-packages/{uuid4()}").status_code == 404
