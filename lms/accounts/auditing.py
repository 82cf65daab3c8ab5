"""An export of the audit that proves itself: entries, their leaves, the proof that the signed tree holds them, and a sheet.

lms/subsidies/verify.py reads it offline (format yanxue-audit/1) and derives the sheet again by itself.
"""

import csv
import io
import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from lms.accounts import roles
from lms.accounts.models.audit import AuditEntry
from lms.accounts.queries import audit as queries
from lms.accounts.queries.regions import region_names
from lms.accounts.rules import audit as rules
from lms.foundation import clock, secrets
from lms.foundation.database import transaction
from lms.foundation.errors import Refused
from lms.foundation.evidence import archive, checkpoint_now, keys, leaves, note, proofs, sequencer
from lms.foundation.evidence.canonical import canonical, hash_of
from lms.foundation.evidence.leaves import SealedLeaf
from lms.foundation.evidence.models import Checkpoint
from lms.foundation.principal import Principal
from lms.plans import queries as plans

FORMAT = "yanxue-audit/1"
SIGNED = (
    "README.txt", "checkpoint.txt", "context.json", "rows.jsonl", "audit.csv", "audit.xlsx", "proofs/leaves.txt",
    "proofs/inclusion.txt",
)  # fmt: skip
MEMBERS = (SIGNED[0], "manifest.json", "manifest.sig", *SIGNED[1:])
COLUMNS = [
    "封存位置", "时间", "谁", "角色", "单位", "替谁办", "做了什么", "对象", "对象编号", "涉及人数", "地区", "计划", "原因", "操作代码",
]  # fmt: skip
SHEET = "操作记录"
TITLE = "操作记录"
MOST_ROWS = 200_000
PAGE = 2000
PLAIN = {"constant_memory": True, "strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False}
FILTER_WORDS = {
    "actor": "谁", "action": "做了什么", "subject_kind": "对象", "subject": "对象编号", "person": "涉及的人",
    "organisation": "单位", "since": "从", "until": "到",
}  # fmt: skip
Progress = Callable[[int, int, str], None]


@dataclass
class Gathered:
    """The rows on disk in the order of the tree, and the words that the sheet needs."""

    positions: "array[int]"
    names: dict[str, str]
    path: Path


def make(
    principal: Principal, filters: queries.Filters, folder: Path, progress: Progress
) -> tuple[Path, dict[str, Any]]:
    """Write the export into an empty folder; (the file, its figures). Raises Refused where there is nothing, or too much.

    Opens its own transactions, short ones. Entries made after the checkpoint wait for the next export.
    """
    progress(0, 1, "正在等最近的记录封存")
    signed = checkpoint_now()
    found = _gather(principal, filters, signed.size, folder, progress)
    progress(0, 1, "正在写表和证明")
    work = folder / "work"
    (work / "proofs").mkdir(parents=True)
    _write(work, found, filters, signed)
    out = folder / "audit.zip"
    with out.open("wb") as file:
        archive.write_zip(file, [(name, work / name) for name in MEMBERS])
    return out, {"rows": len(found.positions), "size": signed.size, "sealed_at": signed.created_at.isoformat()}


def _gather(principal: Principal, filters: queries.Filters, size: int, folder: Path, progress: Progress) -> Gathered:
    found = Gathered(array("q"), {}, folder / "spool.jsonl")
    before: int | None = None
    with found.path.open("wb") as file:
        while True:
            with transaction(principal):
                rows = queries.entry_rows(principal, filters, before, PAGE)
                found.names |= _names(rows)
                sealed = leaves.sealed([row.leaf_id for row in rows])
            if not rows:
                break
            before = rows[-1].id
            for line in _lines(rows, sealed, size):
                found.positions.append(line["position"])
                file.write(json.dumps(line).encode() + b"\n")
            _refuse_too_many(len(found.positions))
            progress(len(found.positions), MOST_ROWS, f"正在核对记录，{len(found.positions)} 条")
    if not found.positions:
        raise Refused("按这些条件没有操作记录，换个条件再导出")
    return found


def _refuse_too_many(rows: int) -> None:
    if rows > MOST_ROWS:
        raise Refused(f"超过 {MOST_ROWS // 10_000} 万条，按时间分几次导出")


def _names(rows: Sequence[AuditEntry]) -> dict[str, str]:
    return queries.names_for(rows) | region_names({row.region_code for row in rows if row.region_code})


def _lines(rows: Sequence[AuditEntry], sealed: dict[int, SealedLeaf], size: int) -> Iterator[dict[str, Any]]:
    """Each row with its place in the tree; raises Refused where a row is not what was sealed."""
    for row in rows:
        leaf, content = sealed.get(row.leaf_id), rules.sealed_content(vars(row))
        if leaf is None or hash_of(rules.KIND, content) != (leaf.placed or leaf.hash):
            raise Refused(f"第 {row.id} 条操作记录和封存时不一样，先查清楚再导出", code="changed_record")
        if leaf.position is not None and leaf.position < size:
            yield {"content": content, "position": leaf.position, "hash": leaf.hash.hex(), "marks": leaf.marks.hex()}


def _read(found: Gathered) -> Iterator[dict[str, Any]]:
    with found.path.open("rb") as file:
        yield from (json.loads(line) for line in file)


def _write(work: Path, found: Gathered, filters: queries.Filters, signed: Checkpoint) -> None:
    context = _context(found.names, filters)
    with (work / "rows.jsonl").open("wb") as rows, (work / "proofs/leaves.txt").open("wb") as places:
        for line in _read(found):
            rows.write(canonical({"content": line["content"], "position": line["position"]}) + b"\n")
            places.write(f"{line['position']} {line['hash']} {line['marks']}\n".encode())
    with transaction(sequencer.SEQUENCER):
        proof, known = proofs.batch(sorted(found.positions), signed.size), keys.chain()
    (work / "proofs/inclusion.txt").write_bytes(b"".join(f"{hashed.hex()}\n".encode() for hashed in proof))
    _write_csv(work / "audit.csv", found, context)
    _write_workbook(work / "audit.xlsx", found, context, signed.created_at)
    (work / "context.json").write_bytes(canonical(context) + b"\n")
    (work / "checkpoint.txt").write_text(signed.note)
    (work / "README.txt").write_text(_readme(context["facts"]))
    manifest = {
        "format": FORMAT,
        "kind": rules.KIND,
        "origin": note.origin_of(signed.note),
        "sealed_at": signed.created_at.isoformat(),
        "checkpoint": {"size": signed.size},
        "rows": len(found.positions),
    }
    if known:
        manifest["keys"] = [asdict(one) for one in known]
    archive.write_manifest(work, manifest, SIGNED, secrets.signing_key())


def _context(names: dict[str, str], filters: queries.Filters) -> dict[str, Any]:
    words = {f"action {code}": text for code, text in rules.ACTIONS.items()}
    words |= {f"subject {code}": text for code, text in rules.SUBJECTS.items()}
    words |= {f"role {code}": text for code, text in roles.WORDS.items()}
    with transaction(Principal.system_of("audit export")):
        words |= {f"plan {one.plan_code}": one.plan for one in plans.programmes()}
    return {"columns": COLUMNS, "facts": facts(filters), "names": names, "title": TITLE, "words": words}


def facts(filters: queries.Filters) -> str:
    """What was asked for, in one line."""
    told = filters.as_json()
    told |= {"action": rules.words(filters.action)} if filters.action else {}
    told |= {"subject_kind": rules.subject_words(filters.subject_kind)} if filters.subject_kind else {}
    return "；".join(f"{FILTER_WORDS[name]}：{value}" for name, value in told.items()) or "导出人能看的全部记录"


def cells(content: dict[str, Any], position: int, context: dict[str, Any]) -> list[str | int]:
    """The row of one entry in the sheet."""
    words, names = context["words"], context["names"]
    actor, deputy, region = content["actor"], content.get("deputy_for"), content.get("region_code")
    return [
        position,
        clock.local(datetime.fromisoformat(content["at"])).strftime("%Y-%m-%d %H:%M:%S"),
        "平台" if actor in {None, "None"} else names.get(actor, actor),
        words.get(f"role {content.get('role')}", ""),
        names.get(content.get("organisation_id"), ""),
        names.get(deputy, deputy) if deputy else "",
        words.get(f"action {content['action']}", rules.OTHER),
        words.get(f"subject {content.get('subject_kind')}", ""),
        content["subject"],
        content.get("people", 0),
        names.get(region, region or ""),
        words.get(f"plan {content.get('plan_code')}", content.get("plan_code") or ""),
        content["reason"],
        content["action"],
    ]


def _write_csv(path: Path, found: Gathered, context: dict[str, Any]) -> None:
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(
            [_safe(str(cell)) for cell in cells(line["content"], line["position"], context)] for line in _read(found)
        )
        text.detach()


def _safe(text: str) -> str:
    """A reason that looks like a formula stays a reason when a spreadsheet opens the csv."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r＝＋－＠") else text


def _write_workbook(path: Path, found: Gathered, context: dict[str, Any], at: datetime) -> None:
    with xlsxwriter.Workbook(str(path), PLAIN) as book:
        book.set_properties({"title": TITLE, "created": at.replace(tzinfo=None)})
        sheet, bold = book.add_worksheet(SHEET), book.add_format({"bold": True})
        sheet.set_column(1, 8, 18)
        sheet.set_column(12, 12, 40)
        sheet.write_string(0, 0, TITLE, bold)
        sheet.write_string(1, 0, context["facts"])
        for column, title in enumerate(COLUMNS):
            sheet.write_string(2, column, title, bold)
        for number, line in enumerate(_read(found), 3):
            _write_row(sheet, number, cells(line["content"], line["position"], context))
        sheet.freeze_panes(3, 2)


def _write_row(sheet: Any, number: int, row: Sequence[str | int]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, int):
            sheet.write_number(number, column, cell)
        elif cell:
            sheet.write_string(number, column, cell)


def _readme(about: str) -> str:
    print_ = note.fingerprint(secrets.signing_key().public_key())
    return f"""{TITLE}
{about}

怎么查真假
1. 从平台的公开页面 /verify 下载核对程序 verify.py，比对页面上写的 sha256。
2. 运行 python verify.py 这个包.zip --key {print_}
   钥匙的指纹请从主管部门公布的地方抄，不要只抄这里的。
3. 程序说“通过”：从签名那一刻起，没有人改过这些操作记录。它不证明这里是全部记录，按什么条件挑的，写在第二行。

This file proves that no entry in it was changed since it was signed. It does not prove that no other entry exists.
"""
