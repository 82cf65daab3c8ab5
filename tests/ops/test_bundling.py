"""The asset build: names that follow the content, nothing from another host, nothing half done."""

import gzip
import json
import re
from pathlib import Path

import pytest

from lms.web.bundling import STATIC, BundlingFailed, build


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "assets"
    (folder / "parts").mkdir(parents=True)
    (folder / "parts" / "word.js").write_text("export const word = '学时';\n")
    (folder / "page.js").write_text("import { word } from './parts/word.js';\ndocument.title = word;\n")
    (folder / "look.css").write_text("/* long explanation */ body { color : red }\n")
    return folder


def test_names_follow_the_content(sources: Path, tmp_path: Path) -> None:
    """Sabotage: --entry-names=[name]."""
    first = build(sources, tmp_path / "static")
    assert build(sources, tmp_path / "static") == first
    (sources / "look.css").write_text("body { color: blue }\n")
    second = build(sources, tmp_path / "static")
    assert second["look.css"] != first["look.css"]
    assert second["page.js"] == first["page.js"]
    assert (tmp_path / "static" / first["look.css"]).exists(), "a running server still names yesterday's file"


def test_only_entries_are_named_and_what_they_import_comes_with_them(sources: Path, tmp_path: Path) -> None:
    manifest = build(sources, tmp_path / "static")
    assert set(manifest) == {"page.js", "look.css", "htmx.js"}
    assert "学时" in (tmp_path / "static" / manifest["page.js"]).read_text()
    assert json.loads((tmp_path / "static" / "manifest.json").read_text()) == manifest


def test_each_file_has_its_compressed_twin(sources: Path, tmp_path: Path) -> None:
    """Sabotage: drop _compress, and a phone on a bad line pays four times."""
    for name in build(sources, tmp_path / "static").values():
        plain = tmp_path / "static" / name
        assert gzip.decompress(Path(f"{plain}.gz").read_bytes()) == plain.read_bytes()


def test_a_mistake_is_said_and_the_old_files_stay(sources: Path, tmp_path: Path) -> None:
    """Sabotage: build straight into static/."""
    before = build(sources, tmp_path / "static")
    (sources / "page.js").write_text("import { nothing } from './missing.js';\n")
    with pytest.raises(BundlingFailed, match=r"missing\.js"):
        build(sources, tmp_path / "static")
    assert json.loads((tmp_path / "static" / "manifest.json").read_text()) == before
    assert not list(tmp_path.glob(".static*"))


def test_what_was_built_asks_no_other_host() -> None:
    """Sabotage: @import a font from somewhere."""
    built = [path for path in STATIC.iterdir() if path.suffix in {".css", ".js"}]
    assert built
    for path in built:
        assert not re.search(r"(@import|url\()\s*[\"']?https?:", path.read_text()), path
