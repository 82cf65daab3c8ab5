"""The page that explains our words says what the code says."""

import re
from enum import StrEnum
from pathlib import Path

import pytest

from lms.lrs.rules.vocabulary import NAMESPACE, WRITTEN, ActivityType, Category, Extension, Verb

CHECKOUT = Path(__file__).resolve().parents[2]
PAGE = (CHECKOUT / "docs" / "xapi-profile.md").read_text()
SECTIONS: dict[str, type[StrEnum]] = {
    "Verbs": Verb,
    "Activity types": ActivityType,
    "Extensions": Extension,
    "Categories": Category,
}
ANY_IRI = re.compile(r"https?://(?:w3id\.org|adlnet\.gov|yanxue\.example)/[\w./-]+")


@pytest.mark.parametrize("title", SECTIONS)
def test_each_word_has_its_row_and_each_row_its_word(title: str) -> None:
    """Sabotage: change an IRI in the code, or a row of the page."""
    section = PAGE.split(f"## {title}\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| ([A-Z0-9_]+) \| `([^`]+)` \|", section, re.MULTILINE))
    assert rows == {word.name: word.value for word in SECTIONS[title]}


def test_the_chinese_of_verbs_is_on_the_page() -> None:
    """Sabotage: change a word in vocabulary._CHINESE."""
    rows = dict(re.findall(r"^\| ([A-Z0-9_]+) \| `[^`]+` \| ([^|]+) \|", PAGE, re.MULTILINE))
    assert {verb.name: rows[verb.name] for verb in Verb} == {verb.name: verb.words["zh-CN"] for verb in Verb}


def test_no_other_file_writes_an_iri_of_its_own() -> None:
    """Sabotage: write a verb's IRI into learning/rules/statements.py."""
    declared = CHECKOUT / "lms" / "lrs" / "rules" / "vocabulary.py"
    rules = {CHECKOUT / "lms" / "lrs" / "rules" / name for name in ("attachments.py", "voiding.py")}
    strays = [
        (path.name, iri)
        for path in sorted((CHECKOUT / "lms").rglob("*.py"))
        if path != declared and path not in rules
        for iri in ANY_IRI.findall(path.read_text())
    ]
    assert strays == []


def test_names_of_our_own_do_not_follow_the_host() -> None:
    """Sabotage: build the extension's IRI from LMS_APP_ORIGIN."""
    assert f"{NAMESPACE}/extensions/credited-seconds" == Extension.CREDITED.value
    assert NAMESPACE == "https://yanxue.example/xapi"


def test_what_is_offered_is_what_is_written() -> None:
    """Sabotage: offer a verb to forward that nobody writes."""
    unwritten = set(re.findall(r"^\| ([A-Z]+) \|.*not written yet", PAGE, re.MULTILINE))
    assert {verb.name for verb in Verb} - {verb.name for verb in WRITTEN} == unwritten & {verb.name for verb in Verb}
