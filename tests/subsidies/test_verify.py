"""Whatever is changed in a bundle is found and named; what was not changed raises no alarm."""

import base64
import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lms.foundation.evidence import archive, canonical, note
from lms.subsidies import verify
from lms.subsidies.bundle import contents, workbook
from lms.subsidies.bundle.subject import Record
from tests.subsidies import ledgers
from tests.subsidies.tamperings import FIGURES, GOOD, SEALED, run_clean, run_tamperings

PROGRAM = Path(verify.__file__)
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


def found(data: bytes, trusted: str | None = None) -> list[str]:
    return [problem.text() for problem in verify.verify(data, trusted).problems]


def members() -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(GOOD)) as file:
        return {name: file.read(name) for name in file.namelist()}


def pack(files: dict[str, bytes], place: Path) -> bytes:
    """A well-formed envelope around changed contents."""
    paths = []
    for nth, (name, content) in enumerate(files.items()):
        (place / str(nth)).write_bytes(content)
        paths.append((name, place / str(nth)))
    out = BytesIO()
    archive.write_zip(out, paths)
    return out.getvalue()


def resigned(files: dict[str, bytes], place: Path, key: Ed25519PrivateKey = ledgers.KEY) -> bytes:
    """What only the holder of the key can make: the list and its signature fit the changed files."""
    for name in contents.SIGNED:
        target = place / "x" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(files[name])
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [archive._listed(place / "x", name) for name in contents.SIGNED]
    manifest["key"] = note.verifier_key(ledgers.ORIGIN, key.public_key())
    raw = canonical.canonical(manifest) + b"\n"
    signed = note.sign(f"{contents.FORMAT}\n{hashlib.sha256(raw).hexdigest()}\n", ledgers.ORIGIN, key)
    return pack({**files, "manifest.json": raw, "manifest.sig": signed.encode()}, place)


def test_a_clean_bundle_raises_no_alarm() -> None:
    report = verify.verify(GOOD, ledgers.FINGERPRINT)
    assert report.problems == []
    assert report.key_confirmed
    assert report.facts["rows"] == FIGURES.rows == 24
    assert report.facts["class_hours"] == FIGURES.class_hours
    assert verify.summary(report)[-1] == "0 hours · 4 people · 24 rows · 0 altered · signature good"


def test_other_clean_bundles_raise_no_alarm() -> None:
    """`make campaign` asks a thousand."""
    assert run_clean(5) == []


def test_the_same_records_give_the_same_bytes() -> None:
    """Sabotage: take the fixed date out of write_workbook, or the order out of the files."""
    assert ledgers.bundle(SEALED)[0] == GOOD


def test_other_programs_can_open_it() -> None:
    with zipfile.ZipFile(BytesIO(GOOD)) as file:
        assert file.testzip() is None
        assert tuple(file.namelist()) == verify.MEMBERS == contents.MEMBERS


def test_a_hundred_tamperings_are_found() -> None:
    """`make campaign` tries ten thousand. Sabotage: leave the comparison with central_directory() or the CRC out of unwrap()."""
    assert run_tamperings(100, seed=1) == []


@pytest.mark.slow
def test_a_thousand_tamperings_are_found() -> None:
    assert run_tamperings(1000, seed=2) == []


def every_byte_of_the_envelope() -> list[int]:
    at, places = 0, []
    with zipfile.ZipFile(BytesIO(GOOD)) as file:
        for info in file.infolist():
            places += range(at, at + 30 + len(info.filename))
            at += 30 + len(info.filename) + info.file_size
    return places + list(range(at, len(GOOD)))


def test_every_byte_of_the_envelope_counts() -> None:
    """Headers, directory and end, each byte in turn. Sabotage: read with zipfile instead of unwrap()."""
    for at in every_byte_of_the_envelope()[::7]:
        changed = bytearray(GOOD)
        changed[at] ^= 0x20
        assert verify.verify(bytes(changed)).problems, at


def test_a_checksum_changed_in_both_its_places_is_found() -> None:
    """Header and directory agree, the content does not. Sabotage: leave the CRC out of unwrap()."""
    with zipfile.ZipFile(BytesIO(GOOD)) as file:
        crc = file.getinfo("rows.jsonl").CRC.to_bytes(4, "little")
    assert GOOD.count(crc) == 2
    assert found(GOOD.replace(crc, bytes(4)))


@pytest.mark.parametrize("data", [b"", b"PK", b"\0" * 100, GOOD[:-1], GOOD + b"\0", GOOD[: len(GOOD) // 2]])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    assert found(data)


def test_a_zip_comment_is_found(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(GOOD)
    with zipfile.ZipFile(path, "a") as file:
        file.comment = b"harmless"
    assert found(path.read_bytes())


# Where


def changed_row(nth: int, name: str, value: Any) -> dict[str, bytes]:
    files = members()
    rows = files["rows.jsonl"].split(b"\n")
    row = json.loads(rows[nth])
    row["content"][name] = value
    rows[nth] = canonical.canonical(row)
    return {**files, "rows.jsonl": b"\n".join(rows)}


def test_a_changed_record_is_named_by_line_position_and_field(tmp_path: Path) -> None:
    """Sabotage: leave marks out of leaves.txt."""
    nth = next(i for i, record in enumerate(SEALED.records) if record.content["credited_ms"] == 30_000)
    problems = found(pack(changed_row(nth, "credited_ms", 29_000), tmp_path))
    place = f"rows.jsonl，第 {nth + 1} 行，封存位置 {SEALED.records[nth].position}，credited_ms"
    assert f"{place}：这条记录和封存时不一样" in problems


def test_a_record_left_out_is_named(tmp_path: Path) -> None:
    """Sabotage: compare only the rows that are there."""
    files = members()
    rows = files["rows.jsonl"].split(b"\n")
    problems = found(pack({**files, "rows.jsonl": b"\n".join(rows[:4] + rows[5:])}, tmp_path))
    assert f"rows.jsonl，第 5 行，封存位置 {SEALED.records[4].position}：少了这条记录" in problems
    assert "rows.jsonl：清单说有 24 条记录，包里有 23 条" in problems


def test_a_record_put_in_is_named(tmp_path: Path) -> None:
    files = members()
    content = ledgers.committed(ledgers.content(99, ledgers.PEOPLE[0]))
    extra = canonical.canonical({"content": content, "ip": "10.0.*.*", "ip_salt": "", "position": 0})
    rows = files["rows.jsonl"].split(b"\n")
    problems = found(pack({**files, "rows.jsonl": b"\n".join([*rows[:-1], extra, b""])}, tmp_path))
    assert "rows.jsonl，第 25 行，封存位置 0：多出来的记录，证明里没有它" in problems


def test_a_changed_cell_is_named_by_sheet_row_and_column(tmp_path: Path) -> None:
    """The list and the signature fit, as an insider with the key could make them: the sheet still disagrees.

    Sabotage: leave _check_sheets out of verify().
    """
    problems = found(resigned({**members(), "hours.xlsx": other_cell("有效时长(秒)", 99)}, tmp_path))
    assert [
        problem for problem in problems if problem.startswith("hours.xlsx，第 4 行，学时台账，有效时长(秒)：表里写“99”")
    ]


def other_cell(title: str, value: Any) -> bytes:
    """hours.xlsx with another value in one cell of its first line."""
    column = workbook.COLUMNS[workbook.LINES].index(title)
    letter = chr(65 + column)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(members()["hours.xlsx"])) as book, zipfile.ZipFile(out, "w") as new:
        for info in book.infolist():
            raw = book.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                start = raw.index(f'<c r="{letter}4"'.encode())
                v, end = raw.index(b"<v>", start), raw.index(b"</v>", start)
                raw = raw[: v + 3] + str(value).encode() + raw[end:]
            new.writestr(info, raw)
    return out.getvalue()


def test_changed_names_are_found_by_their_cells(tmp_path: Path) -> None:
    """people.jsonl exchanged for another: the signed list tells the file, the sheet tells the row."""
    files = members()
    problems = found(
        pack({**files, "people.jsonl": files["people.jsonl"].replace("陈小英".encode(), "陈大英".encode())}, tmp_path)
    )
    assert any(problem.startswith("hours.xlsx，第 4 行，学时台账，学员") for problem in problems)
    assert any(problem.startswith("people.jsonl") for problem in problems)


@pytest.mark.parametrize(
    ("name", "old", "new", "file"),
    [
        ("policy.json", b'"class_hour_seconds":2700', b'"class_hour_seconds":1350', "policy.json"),
        ("policy.json", b'"value":2700', b'"value":1350', "policy.json"),
        ("excluded.csv", b"gap", b"map", "excluded.csv"),
        ("checkpoint.txt", b"lms.example", b"lns.example", "checkpoint.txt"),
        ("manifest.json", b'"class_hours":0', b'"class_hours":9', "manifest.json"),
        ("manifest.json", b'"rows":24', b'"rows":25', "manifest.json"),
        ("README.txt", "农村".encode(), "城市".encode(), "README.txt"),
    ],
)
def test_other_files_are_named(tmp_path: Path, name: str, old: bytes, new: bytes, file: str) -> None:
    files = members()
    assert old in files[name]
    problems = found(pack({**files, name: files[name].replace(old, new, 1)}, tmp_path))
    assert any(problem.startswith(file) for problem in problems), problems


def test_rounding_up_with_the_key_in_hand_is_found(tmp_path: Path) -> None:
    """Sabotage: take class_hours from the manifest instead of deriving it."""
    files = members()
    files["manifest.json"] = files["manifest.json"].replace(b'"class_hours":0', b'"class_hours":4')
    assert "manifest.json，class_hours：清单写 4，从记录算出来是 0" in found(resigned(files, tmp_path))


def rebuilt(change: Callable[[dict[str, Any]], None]) -> bytes:
    """A bundle signed by the right key over records that the rule of hours can never have given."""
    rows = ledgers.ledger(24)
    change(rows[0])
    return ledgers.bundle(ledgers.seal(rows))[0]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (
            lambda row: row.update(credited_ms=31_000, claimed_ms=31_000, excluded_ms=0, observed_ms=30_000),
            "计入的比服务器看到的时间还多",
        ),
        (lambda row: row.update(claimed_ms=row["claimed_ms"] + 1), "计入加没计入，不等于播放的时长"),
        (lambda row: row.update(cohort_id="another"), "这条记录不是这个班的"),
        (lambda row: row.update(policy_hash="ff"), "记录用的规则不在包里"),
        (
            lambda row: row.update(
                credited_ms=30_000_000, claimed_ms=30_000_000, excluded_ms=0, observed_ms=30_000_000
            ),
            "计入的时间比这一课还长",
        ),
    ],
)
def test_records_that_cannot_be_are_found(change: Callable[[dict[str, Any]], None], sentence: str) -> None:
    """Sabotage: leave _check_rules out of verify()."""
    assert any(sentence in problem for problem in found(rebuilt(change)))


def test_the_daily_cap_is_checked() -> None:
    """Sabotage: skip the sums by day."""
    hour = 3_600_000
    rows = [
        ledgers.content(nth, ledgers.PEOPLE[0], credited_ms=hour, claimed_ms=hour, lesson=ledgers.LESSONS[nth % 2])
        for nth in range(7)
    ]
    problems = found(ledgers.bundle(ledgers.seal(rows))[0])
    assert "rows.jsonl，陈小英，2026-11-20，credited_ms：一天计入 25200 秒，超过规则的上限" in problems


def test_a_record_sealed_otherwise_is_found() -> None:
    """The key's holder exports a record that is not the one in the tree. Sabotage: leave _check_tree out."""
    [first, *rest] = SEALED.records
    other = {**first.content, "credited_ms": 1, "claimed_ms": 1, "excluded_ms": 0, "reason": None}
    fake = Record(
        other, first.position, canonical.hash_of("hours", other), canonical.marks(other), first.ip, first.ip_salt
    )
    data, _ = ledgers.bundle(replace(SEALED, records=[fake, *rest]))
    assert any("算不出检查点签过名的根" in problem for problem in found(data))


def test_a_full_export_opens_the_address_and_a_masked_one_does_not() -> None:
    """The commitment binds what is shown. Sabotage: leave _address_fits out, or give the salt to masked exports."""
    rows, full = ledgers.ledger(6), replace(ledgers.SUBJECT, identity="full")
    opened = ledgers.seal(rows, identity="full")
    assert found(ledgers.bundle(opened, full)[0]) == []
    assert all(record.ip == "10.0.*.*" and not record.ip_salt for record in ledgers.seal(rows).records)
    other = [replace(opened.records[0], ip="10.0.0.9"), *opened.records[1:]]
    assert any("，ip：" in problem for problem in found(ledgers.bundle(replace(opened, records=other), full)[0]))
    assert any("，ip：" in problem for problem in found(ledgers.bundle(opened)[0]))


# Keys


def test_another_key_signs_for_itself_alone(tmp_path: Path) -> None:
    """Sabotage: ignore --key."""
    data, _ = ledgers.bundle(SEALED, key=OTHER_KEY)
    assert found(data) == []
    assert "不是你信任的那一把" in found(data, ledgers.FINGERPRINT)[0]


def test_a_checkpoint_of_another_key_is_found(tmp_path: Path) -> None:
    problems = found(resigned(members(), tmp_path, OTHER_KEY))
    assert "checkpoint.txt：检查点的签名对不上" in problems


# The program


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Without the platform: isolated mode, another folder, so that nothing of ours can be imported."""
    return subprocess.run(
        [sys.executable, "-I", str(cwd / "verify.py"), *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with the program and a bundle, as an auditor has them."""
    (tmp_path / "verify.py").write_bytes(PROGRAM.read_bytes())
    (tmp_path / "bundle.zip").write_bytes(GOOD)
    return tmp_path


def test_the_file_runs_alone(elsewhere: Path) -> None:
    """Sabotage: import anything of lms in verify.py."""
    done = run("bundle.zip", "--key", ledgers.FINGERPRINT, cwd=elsewhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert "没有一处被改过" in done.stdout
    assert "不证明坐在手机前的一定是本人" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("0 altered · signature good")


def test_exit_codes(elsewhere: Path) -> None:
    changed = bytearray(GOOD)
    changed[5000] ^= 1
    (elsewhere / "bad.zip").write_bytes(changed)
    (elsewhere / "empty.zip").write_bytes(b"")
    (elsewhere / "key.txt").write_text(note.verifier_key(ledgers.ORIGIN, ledgers.KEY.public_key()))
    assert run("bundle.zip", cwd=elsewhere).returncode == 0
    assert run("bundle.zip", "--key", "key.txt", cwd=elsewhere).returncode == 0
    assert run("bundle.zip", "--key", "0" * 64, cwd=elsewhere).returncode == 1
    assert run("bad.zip", cwd=elsewhere).returncode == 1
    assert run("empty.zip", cwd=elsewhere).returncode == 1
    for usage in (["missing.zip"], ["bundle.zip", "--key", "nothing"], []):
        done = run(*usage, cwd=elsewhere)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_a_missing_package_is_one_sentence(elsewhere: Path) -> None:
    """Sabotage: import cryptography without the try."""
    bare = [sys.executable, "-I", "-S", str(elsewhere / "verify.py"), "bundle.zip"]
    done = subprocess.run(bare, cwd=elsewhere, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "pip install cryptography" in done.stderr
    assert "Traceback" not in done.stderr


def test_json(elsewhere: Path) -> None:
    report = json.loads(run("bundle.zip", "--json", cwd=elsewhere).stdout)
    assert report["good"]
    assert not report["key_confirmed"]
    assert report["fingerprint"] == ledgers.FINGERPRINT


def test_hostile_sheets_are_refused(tmp_path: Path) -> None:
    """A document type could name files or grow without end. Sabotage: take the DOCTYPE line out of _xml."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(members()["hours.xlsx"])) as book, zipfile.ZipFile(out, "w") as new:
        for info in book.infolist():
            raw = book.read(info)
            if info.filename == "xl/workbook.xml":
                raw = raw.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)
            new.writestr(info, raw)
    problems = found(resigned({**members(), "hours.xlsx": out.getvalue()}, tmp_path))
    assert any("a document type in a sheet" in problem for problem in problems)


def test_published_key_lines_are_read() -> None:
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, _, raw = verify.key_of(vkey)
    assert (name, base64.b64encode(b"\x01" + raw).decode()) == ("PeterNeumann", vkey.split("+", 2)[2])
