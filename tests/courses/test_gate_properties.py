"""Whatever comes in, the gate answers with a course or with reasons; it never falls over."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from courses.addresses import Paths, joined, resolved
from courses.archive import open_archive
from courses.cmi5.reading import read_structure
from courses.course import Finding, Refused
from courses.gate.limits import USUAL, Limits
from courses.gate.names import judge, tidy, twin_key
from courses.inspecting import inspect
from courses.manifests import decode, parse
from courses.packages import Upload
from courses.scorm.reading import read_manifest
from courses.tincan.reading import read_tincan
from tests.courses import manifests, pdfs
from tests.courses.zips import Entry, build

SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ANY = settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
STEPS = st.lists(
    st.sampled_from(
        ["..", ".", "", "a", "课", "%2e%2e", "%2f", "\\", "/", "C:", "\0", "\u202e", "é", "e\u0301", " ", "?", "#"]
    ),
    max_size=8,
)
PATHS = Paths(["index.html", "a/b.html", "课程/一.html"])
MUTABLE = [
    manifests.cmi5().encode(),
    manifests.scorm12().encode("utf-8"),
    manifests.scorm2004().encode(),
    manifests.tincan().encode(),
]


@ANY
@given(st.one_of(st.text(max_size=60), STEPS.map("/".join), STEPS.map("".join)))
@example("a/%2e%2e/../b")
def test_a_name_that_passes_leads_nowhere_else(name: str) -> None:
    """Sabotage: judge the tidied name instead of the one that was written."""
    finding = judge(name, USUAL)
    path = tidy(name)
    if finding is None:
        assert path and not path.startswith("/") and ".." not in path.split("/") and "\\" not in path
        assert len(path.encode()) <= USUAL.path_bytes and "\0" not in path
        assert tidy(path) == path and twin_key(twin_key(path)) == twin_key(path)
    else:
        assert isinstance(finding, Finding) and finding.mend


@ANY
@given(STEPS.map("/".join), STEPS.map("/".join))
def test_references_never_leave_the_package(base: str, href: str) -> None:
    """Sabotage: normalise before percent signs are undone."""
    target = PATHS.find(joined(base, href))
    assert target.name is None or target.name in ("index.html", "a/b.html", "课程/一.html")
    plain = resolved(href)
    assert plain is None or ".." not in plain.split("/")


@ANY
@given(st.binary(max_size=400))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    try:
        decode(data, "x.xml")
    except Refused:
        return


@ANY
@given(st.sampled_from(MUTABLE), st.data())
def test_mutated_manifests_are_read_or_refused(whole: bytes, data: st.DataObject) -> None:
    """Pieces cut, doubled and moved: a course or reasons, never anything else."""
    begin = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(begin, len(whole)))
    piece = data.draw(
        st.sampled_from(
            [b"", whole[begin:end] * 2, b"<a/>", b"&x;", b"\x00", "课".encode("gbk"), b"<!--", b"]]>", b"<![CDATA["]
        )
    )
    changed = whole[:begin] + piece + whole[end:]
    for reader in (read_structure, read_manifest, read_tincan):
        try:
            reader(changed, PATHS, "x.xml")
        except Refused as refusal:
            assert refusal.findings and all(finding.where and finding.mend for finding in refusal.findings)


@ANY
@given(st.data())
def test_mutated_archives_are_opened_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Any bytes changed anywhere in an archive. Sabotage: index a header without looking at its length."""
    whole = bytearray(build([Entry("cmi5.xml", manifests.cmi5().encode()), Entry("index.html", b"<p>x" * 50)]))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.sampled_from([len(whole), len(whole) - 1, len(whole) // 2]))
    path = tmp_path / "x.zip"
    path.write_bytes(whole[:cut])
    report = inspect(Upload(path, "x.zip"))
    assert report["accepted"] or report["findings"]


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(st.data())
def test_mutated_pdfs_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(pdfs.pages(3, b"/OpenAction<</S/JavaScript/JS(x)>>"))
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(9, len(whole) - 1))
        whole[place] = data.draw(st.sampled_from(b"0123456789/<>[]() R\n\x00\xff"))
    path = tmp_path / "x.pdf"
    path.write_bytes(whole)
    report = inspect(Upload(path, "x.pdf"))
    assert report["accepted"] or report["findings"]


@ANY
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=12),
        st.binary(max_size=40),
        max_size=6,
    )
)
def test_archives_of_the_standard_library_keep_their_files(tmp_path: Path, files: dict[str, bytes]) -> None:
    """What the gate lets through is what was packed, byte for byte."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name), body)
    path = tmp_path / "x.zip"
    path.write_bytes(file.getvalue())
    try:
        with open_archive(path) as opened:
            top = opened.top
            found = {name: opened.read(name, 1000) for name in opened.names}
    except Refused:
        return
    meant = {tidy(name).removeprefix(top): body for name, body in files.items()}
    assert all(meant[name] == body for name, body in found.items())


def test_budgets_of_the_whole_package(tmp_path: Path) -> None:
    """Bytes packed, bytes unpacked, entries, seconds. Sabotage: lift any of the limits."""
    path = tmp_path / "x.zip"
    path.write_bytes(build([Entry("index.html", b"x" * 5000), Entry("b.js", b"y" * 5000)]))
    for limits, words in (
        (Limits(packed_bytes=50), "太大了"),
        (Limits(unpacked_bytes=9000), "太大了"),
        (Limits(entries=1), "太多了"),
        (Limits(listing_bytes=20), "大得不正常"),
        (Limits(seconds=-1.0), "时间太长"),
    ):
        with pytest.raises(Refused, match=words), open_archive(path, limits) as archive:
            archive.stream(lambda _path, stream, _size: str(len(stream.read())))


def test_lines_are_those_of_the_author() -> None:
    """A manifest that begins with blank lines still names the right line. Sabotage: strip without counting."""
    text = "\n\n" + '<?xml version="1.0"?>\n<a>\n<b>\n</a>'
    with pytest.raises(Refused) as refusal:
        parse(text.encode(), "imsmanifest.xml")
    assert refusal.value.findings[0].where == "imsmanifest.xml 第 6 行"
