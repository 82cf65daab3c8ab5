"""The audit: words for every action, reach by region and plan, what a person is told, an export that proves itself."""

import ast
import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from lms.accounts.actions.audit import audit
from lms.accounts.models.audit import AuditEntry, AuditPerson
from lms.accounts.models.organisations import OrganisationPlan
from lms.accounts.queries import audit as queries
from lms.accounts.queries.audit import Filters
from lms.accounts.rules import audit as rules
from lms.foundation import jobs, secrets
from lms.foundation.database import transaction
from lms.foundation.evidence import keys, note
from lms.foundation.principal import Principal, Scope
from lms.subsidies import verify
from tests.people import SYSTEM

# The database works these out, or they only point at the leaf.
UNSEALED = {"id", "leaf_id", "city_code", "county_code"}
LMS = Path(rules.__file__).resolve().parents[2]


def _calls() -> set[str]:
    """The first argument of every audit(…) in the source; of an f-string the fixed beginning and a star."""
    found: set[str] = set()
    for path in LMS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in {"audit", "enter"} and node.args:
                found.add(_spelled(node.args[0]))
    return found - {""}


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _spelled(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    if isinstance(argument, ast.JoinedStr) and isinstance(argument.values[0], ast.Constant):
        return f"{argument.values[0].value}*"
    return ""


def test_every_action_has_plain_words():
    """Sabotage: enter an action that the vocabulary does not know."""
    missing = [
        call
        for call in sorted(_calls())
        if not any(known == call or (call.endswith("*") and known.startswith(call[:-1])) for known in rules.ACTIONS)
    ]
    assert missing == [], "add Chinese words to ACTIONS in lms/accounts/rules/audit.py"
    assert all(re.fullmatch(r"[一-鿿]+", words) for words in rules.ACTIONS.values())


@pytest.mark.parametrize(
    ("subject", "kind", "named", "people"),
    [
        ("person {a}", "person", "a", "a"),
        ("attribute {b} of person {a}", "attribute", "b", "a"),
        ("{a}", "staff", "a", ""),
        ("5 people", "staff", None, ""),
        ("person {a} is person {b}", "person", "a", "ab"),
    ],
)
def test_a_subject_is_read_out_of_its_words(subject, kind, named, people):
    """Sabotage: take the first id for the person."""
    ids = {"a": str(uuid4()), "b": str(uuid4())}
    read = rules.read_subject("staff:leave", subject.format(**ids))
    assert (read.kind, read.id) == (kind, ids.get(named or ""))
    assert read.people == tuple(ids[letter] for letter in people)


@pytest.fixture
def told(people):
    """A clerk looked at a trainee's number for P06, and a stranger's clerk at one of theirs."""
    with transaction(people.principal("liumin")):
        audit("id-number:reveal", subject="1 people", reason="核对名单", people=[people.xiulan], plan="P06")
        audit("person:look", subject=f"person {people.ahui}", reason="电话里问起", plan="P09")
    with transaction(people.principal("chenbo")):
        audit("lrs-key:issue", subject=f"lrs_key {uuid4()}", reason="接数据")
    return people


def reached(principal, **filters):
    """The actions that a principal finds."""
    with transaction(principal):
        return [entry.action for entry in queries.entries(principal, Filters(**filters))]


def test_an_entry_says_for_whom_and_where(told):
    """Sabotage: leave region_code out of the entry."""
    with transaction(SYSTEM) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "id-number:reveal")).one()
        assert (entry.role, entry.region_code, entry.plan_code, entry.people) == ("clerk", "440606", "P06", 1)
        assert (entry.organisation_id, entry.county_code) == (told.organisations["anyi"], "440606")
        assert session.scalars(select(AuditPerson.person_id).where(AuditPerson.entry_id == entry.id)).all() == [
            told.xiulan
        ]


@pytest.mark.parametrize(
    ("region", "plan", "finds"),
    [
        ("440606", "P06", ["id-number:reveal"]),
        ("44", None, ["lrs-key:issue", "person:look", "id-number:reveal"]),
        ("4401", None, ["lrs-key:issue"]),
        ("440606", "P09", ["person:look"]),
        ("4402", None, []),
    ],
)
def test_an_auditor_reaches_region_and_plan(told, region, plan, finds):
    """Sabotage: drop the plan from the policy of audit_entry, or the place from the query."""
    auditor = Principal(person_id=told.hequan, scope=(Scope(region, None, plan),))
    assert reached(auditor) == finds


def test_what_is_about_nobody_shows_where_the_organisation_takes_part(people):
    """Sabotage: show entries without a plan to every scope of the region: the federation would see the school's staff."""
    with transaction(people.principal("liumin")):
        audit("lrs-key:issue", subject=f"lrs_key {uuid4()}", reason="接数据")
    with transaction(SYSTEM) as session:
        row = {"organisation_id": people.organisations["anyi"], "plan_code": "P06", "region_code": "440606"}
        session.execute(insert(OrganisationPlan).values(**row).on_conflict_do_nothing())
    assert reached(Principal(person_id=people.hequan, scope=(Scope("440606", None, "P06"),))) == ["lrs-key:issue"]
    assert reached(people.principal("haoran")) == []


def test_the_database_alone_keeps_strangers_out(told):
    """Sabotage: drop the policy of audit_entry: the query below has no filter of its own."""
    auditor = Principal(person_id=told.hequan, scope=(Scope("4402", None, None),))
    with transaction(auditor) as session:
        assert session.scalars(select(AuditEntry.id)).all() == []
        assert session.scalars(select(AuditPerson.person_id)).all() == []


def test_filters_find_by_name_action_organisation_and_person(told):
    """Sabotage: leave one of the conditions out."""
    province = Principal(person_id=told.hequan, scope=(Scope("44", None, None),))
    assert reached(province, actor="陈波") == ["lrs-key:issue"]
    assert reached(province, actor="没有这个人") == []
    assert reached(province, organisation="启明") == ["lrs-key:issue"]
    assert reached(province, action="person:look") == ["person:look"]
    assert reached(province, person=str(told.xiulan)) == ["id-number:reveal"]


def test_pages_go_on_where_the_last_one_ended(told):
    """Sabotage: compare the id alone, or with <=."""
    province = Principal(person_id=told.hequan, scope=(Scope("4406", None, None), Scope("440606", None, None)))
    with transaction(SYSTEM):
        for nth in range(5):
            audit("staff:invite", subject=str(uuid4()), reason=str(nth), actor=told.liumin, region="440606", plan="P06")
    seen, before = [], None
    with transaction(province):
        while page := queries.entries(province, Filters(), before, 3):
            seen += [entry.id for entry in page]
            before = page[-1].id
    assert len(seen) == 7 == len(set(seen)) and seen == sorted(seen, reverse=True)


def test_a_person_is_told_of_role_and_reason_and_no_name(told, client_for):
    """Sabotage: show the actor's name, or everybody's entries."""
    page = client_for(told.xiulan).get("/me/looks").get_data(as_text=True)
    assert "查看完整身份证号" in page and "安颐职业培训学校" in page and "核对名单" in page
    assert "刘敏" not in page and "电话里问起" not in page


def test_the_auditor_finds_and_follows(told, client_for):
    """Sabotage: leave the words away and show codes."""
    browser = client_for(told.fangyu)
    page = browser.get("/audit").get_data(as_text=True)
    assert "查看完整身份证号" in page and "刘敏" in page and "接数据" not in page
    assert browser.get("/audit?since=昨天").status_code == 200
    assert "日期写成" in browser.get("/audit?since=昨天").get_data(as_text=True)
    assert browser.get("/audit?person=1").status_code == 404
    browser.get(f"/audit?person={told.xiulan}")
    auditor = told.principal("fangyu")
    with transaction(auditor):
        looked = queries.entries(auditor, Filters(action="audit:read"))
    assert [entry.people for entry in looked] == [1]


@pytest.fixture
def exported(told, client_for):
    """The auditor of the authority has exported what they see: (browser, bytes of the file)."""
    return _export(told, client_for)


def _export(told, client_for):
    browser = client_for(told.fangyu)
    answer = browser.post("/audit/exports", data={"reason": "季度检查", "token": "once"})
    assert answer.status_code == 303
    again = browser.post("/audit/exports", data={"reason": "季度检查", "token": "once"})
    assert again.location == answer.location
    with transaction(SYSTEM) as session:
        waiting = session.scalars(select(jobs.Job.id).where(jobs.Job.kind == "audit.export")).one()
    assert jobs.run(waiting)
    return browser, browser.get(f"{answer.location}/audit.zip").data


def test_an_export_verifies_offline(exported):
    """Sabotage: hash other fields than were sealed, or leave a row out of the proof."""
    _, data = exported
    report = verify.verify(data)
    assert report.problems == [] and report.facts["rows"] == 2
    with zipfile.ZipFile(BytesIO(data)) as archive:
        sheet = archive.read("audit.csv").decode("utf-8-sig")
    assert "查看完整身份证号" in sheet and "刘敏" in sheet and "佛山市顺德区" in sheet
    assert "通过：2 条操作记录" in verify.summary(report)[0]


def test_who_trusts_the_key_of_before_can_follow_to_the_new_one(app, told, client_for, tmp_path):
    """Sabotage: leave the chain of keys out of the manifest."""
    holder = secrets.holder()
    before, trusted = holder.ring(), note.fingerprint(secrets.signing_key().public_key())
    keys.turn()
    try:
        _, data = _export(told, client_for)
    finally:
        secrets.write_keyring(holder.file, before)
    file = tmp_path / "audit.zip"
    file.write_bytes(data)
    report = verify.verify_file(str(file), trusted)
    assert (report.problems, report.key_confirmed) == ([], True)


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("核对名单".encode(), "核对号码".encode(), "rows.jsonl"),
        (b"id-number:reveal", b"id-number:conceal"[:16], "rows.jsonl"),
        (b"yanxue-audit/1", b"yanxue-bundle/1"[:14], "manifest.json"),
    ],
)
def test_a_changed_export_is_found(exported, old, new, where):
    """Sabotage: compare the sheet with itself instead of the records."""
    _, data = exported
    report = verify.verify(data.replace(old, new))
    assert report.problems, where


def test_without_a_reason_nothing_is_exported(told, client_for):
    """Sabotage: drop the question for a reason."""
    answer = client_for(told.fangyu).post("/audit/exports", data={"reason": " ", "token": "t"})
    assert answer.status_code == 422 and "做什么用" in answer.get_data(as_text=True)


def test_entries_of_before_keep_the_fields_they_were_sealed_with():
    """Sabotage: add the new fields to old entries: their leaves no longer fit."""
    entry = {"action": "x", "subject": "y", "reason": "z", "actor_id": None, "subject_kind": None}
    sealed = rules.sealed_content(entry | {"at": datetime(2026, 1, 1, tzinfo=UTC)})
    assert sealed == {"action": "x", "subject": "y", "reason": "z", "actor": "None", "at": "2026-01-01T00:00:00+00:00"}


@pytest.mark.parametrize("column", sorted(set(AuditEntry.__table__.columns.keys()) - UNSEALED))
def test_every_column_is_sealed(column):
    """Sabotage: leave a column out of sealed_content(): it could be changed unseen."""
    entry = dict.fromkeys(AuditEntry.__table__.columns.keys(), "as it was") | {"at": datetime(2026, 1, 1, tzinfo=UTC)}
    other = datetime(2026, 1, 2, tzinfo=UTC) if column == "at" else "changed"
    assert rules.sealed_content(entry) != rules.sealed_content(entry | {column: other})


def test_concerned_people_are_only_added(app):
    """Sabotage: forget append_only() for audit_person."""
    with pytest.raises(Exception, match="permission denied"), transaction(SYSTEM) as session:
        session.execute(text("delete from audit_person"))
