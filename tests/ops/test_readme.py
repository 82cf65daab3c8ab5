"""The README and its Chinese twin say the same, and say all."""

import re
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
TWINS = (CHECKOUT / "README.md", CHECKOUT / "README.zh-CN.md")


def rows(text: str) -> list[str]:
    """The settings of the table, in its order."""
    return re.findall(r"^\| `(LMS_\w+)` \|", text, re.MULTILINE)


@pytest.mark.parametrize("readme", TWINS, ids=lambda path: path.name)
def test_every_setting_is_in_the_table(readme: Path) -> None:
    """Sabotage: read a new LMS_ variable in lms/config.py."""
    read = set(re.findall(r'"(LMS_[A-Z0-9_]+)"', (CHECKOUT / "lms" / "config.py").read_text()))
    assert read
    assert set(rows(readme.read_text())) == read


def test_no_setting_is_read_behind_the_back_of_config() -> None:
    """Sabotage: os.environ["LMS_…"] in a capability."""
    for path in (CHECKOUT / "lms").rglob("*.py"):
        if path != CHECKOUT / "lms" / "config.py":
            assert not re.search(r"environ(\.get\(|\[)\W*LMS_", path.read_text()), path


def test_the_twins_are_built_alike() -> None:
    """Sabotage: add a section or a setting to one of them."""
    english, chinese = (readme.read_text() for readme in TWINS)
    assert rows(english) == rows(chinese)
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(re.findall(r"^## ", chinese, re.MULTILINE))
    assert re.findall(r"^make \w+", english, re.MULTILINE) == re.findall(r"^make \w+", chinese, re.MULTILINE)


@pytest.mark.parametrize("readme", TWINS, ids=lambda path: path.name)
def test_what_it_links_to_is_there(readme: Path) -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", readme.read_text()) if "://" not in link]
    missing = [link for link in links if not (CHECKOUT / link).exists() and not link.startswith("tests/.output/")]
    assert links
    assert not missing


@pytest.mark.parametrize("readme", TWINS, ids=lambda path: path.name)
def test_the_commands_exist(readme: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)`", readme.read_text())) <= targets
