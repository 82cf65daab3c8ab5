"""What a course structure says, kept: titles, settings, blocks, objectives. What must be refused stands in hostile_manifests."""

import pytest

from courses.addresses import Paths
from courses.cmi5.reading import read_structure
from courses.course import Course, Level, Refused
from tests.courses.manifests import ID, au, block, cmi5, objectives, texts

INSIDE = Paths(["cmi5.xml", "index.html", "a/b.html"])


def read(text: str, paths: Paths | None = INSIDE) -> Course:
    return read_structure(text.encode(), paths)


def test_an_au_keeps_everything_that_a_launch_needs() -> None:
    """Sabotage: read launchParameters untrimmed, masteryScore as text, or moveOn without its default."""
    given = 'moveOn=" Passed " masteryScore=" 0.85005 " launchMethod="OwnWindow" activityType="https://example.org/t"'
    after = '<launchParameters>\n {"a": 1} \n</launchParameters><entitlementKey> key </entitlementKey>'
    course = read(cmi5(au(attributes=given, after=after) + au(2)))
    settings = course.lessons[0].settings
    assert settings["move_on"] == "Passed" and settings["launch_method"] == "OwnWindow"
    assert settings["mastery_score"] in (0.85, 0.8501)
    assert settings["launch_parameters"] == '{"a": 1}' and settings["entitlement_key"] == "key"
    assert settings["activity_type"] == "https://example.org/t"
    plain = course.lessons[1].settings
    assert (plain["move_on"], plain["launch_method"], plain["mastery_score"]) == ("NotApplicable", "AnyWindow", None)


def test_blocks_nest_in_their_order() -> None:
    """Sabotage: number AUs by block."""
    course = read(cmi5(block(au(1) + block(au(2), 2), 1) + au(3), listed=objectives(f"{ID}/o/1")))
    tree = course.structure["children"]
    assert [lesson.identifier for lesson in course.lessons] == [f"{ID}/au/{n}" for n in (1, 2, 3)]
    assert tree[0]["block"]["children"][0] == {"au": 1}
    assert tree[0]["block"]["children"][1]["block"]["children"] == [{"au": 2}]
    assert tree[1] == {"au": 3}
    assert course.structure["objectives"] == [{"id": f"{ID}/o/1", "title": "目标", "description": "目标"}]
    assert course.identifier == course.structure["id"] == f"{ID}/course/1"


def test_chinese_is_preferred_and_every_language_is_kept() -> None:
    both = '<title><langstring lang="en-US"> First </langstring><langstring lang="zh-CN"> 第一课 </langstring></title>'
    course = read(cmi5(au().replace(texts("第 1 课"), both + texts("x").partition("</title>")[2])))
    assert course.lessons[0].title == "第一课"
    assert course.lessons[0].settings["titles"] == {"en-US": "First", "zh-CN": "第一课"}


def test_every_fault_is_named_at_once_with_its_line() -> None:
    """Sabotage: raise at the first fault."""
    text = cmi5(au(1, url="gone.html") + "\n" + au(1) + "\n" + au(3, url="../x"))
    with pytest.raises(Refused) as refusal:
        read(text)
    found = {(finding.where, finding.what[:12]) for finding in refusal.value.findings}
    line = next(number for number, words in enumerate(text.split("\n"), 1) if "gone.html" in words)
    assert {where for where, _ in found} == {f"cmi5.xml 第 {line + step} 行" for step in range(3)}
    assert all(finding.mend for finding in refusal.value.findings)


def test_the_namespace_of_a_draft_is_named() -> None:
    with pytest.raises(Refused, match="旧草案的命名空间 http"):
        read(cmi5(space="http://www.adlnet.gov/cmi5/draft"))


def test_whole_addresses_are_fine_with_and_without_a_package_but_relative_ones_need_it() -> None:
    """cmi5 §14.1, §14.2. Sabotage: treat a bare structure as an empty package."""
    abroad = "https://example.org/a?x=1#y"
    assert read(cmi5(au(url=abroad)), None).lessons[0].entry == abroad
    assert read(cmi5(au(url="a/b.html?x=1"))).lessons[0].entry == "a/b.html?x=1"
    with pytest.raises(Refused, match="相对路径"):
        read(cmi5(au(url="a/b.html")), None)


def test_what_should_be_looked_at_is_said() -> None:
    course = read(cmi5(au(1, url="https://example.org/") + au(2, url="INDEX.html")))
    warned = [finding.what for finding in course.findings if finding.level is Level.WARNING]
    assert any("example.org" in what for what in warned) and any("大小写" in what for what in warned)
    assert course.lessons[1].entry == "index.html"
