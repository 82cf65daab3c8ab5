"""What a SCORM manifest says, kept. What must be refused stands in hostile_manifests."""

import json

import pytest

from courses.addresses import Paths
from courses.course import Course, Format, Level
from courses.scorm.reading import read_manifest, seconds_of
from tests.courses.manifests import item, resource, resource2004, scorm12, scorm2004

INSIDE = Paths(["imsmanifest.xml", "index.html", "two.html", "shared/api.js", "shared/a.css"])


def read(text: str) -> Course:
    course = read_manifest(text.encode(), INSIDE)
    json.dumps([course.structure, *(lesson.settings for lesson in course.lessons)], allow_nan=False)
    return course


def test_runtime_data_of_1_2() -> None:
    """Sabotage: leave out any of the adlcp elements, or read a mastery score of 120."""
    said = """<adlcp:prerequisites type="aicc_script">item0</adlcp:prerequisites><adlcp:maxtimeallowed>00:30:00</adlcp:maxtimeallowed>
<adlcp:timelimitaction>exit,message</adlcp:timelimitaction><adlcp:datafromlms> mode=1 </adlcp:datafromlms><adlcp:masteryscore>80</adlcp:masteryscore>"""
    settings = read(scorm12(item(inside=said))).lessons[0].settings
    assert settings["prerequisites"] == "item0" and settings["max_time_allowed"] == "00:30:00"
    assert settings["time_limit_action"] == "exit,message" and settings["launch_data"] == "mode=1"
    assert settings["mastery_score"] == 80.0 and settings["edition"] == "1.2" and settings["scorm_type"] == "sco"
    wrong = read(scorm12(item(inside="<adlcp:masteryscore>120</adlcp:masteryscore>")))
    assert wrong.lessons[0].settings["mastery_score"] is None
    assert any("及格分" in finding.what for finding in wrong.findings)


@pytest.mark.parametrize(
    ("version", "edition"),
    [
        ("CAM 1.3", "2nd"),
        ("2004 2nd Edition", "2nd"),
        ("2004 3rd Edition", "3rd"),
        ("2004 4th Edition", "4th"),
        ("", "3rd"),
    ],
)
def test_editions_of_2004(version: str, edition: str) -> None:
    course = read(scorm2004(version=version))
    assert course.format is Format.SCORM_2004 and course.structure["edition"] == edition
    assert course.lessons[0].settings["edition"] == edition


SEQUENCED = """<imsss:sequencing>
<imsss:controlMode choice="false" flow="true" forwardOnly="true"/>
<imsss:sequencingRules><imsss:preConditionRule><imsss:ruleConditions conditionCombination="any">
<imsss:ruleCondition referencedObjective="obj1" operator="not" condition="objectiveMeasureGreaterThan" measureThreshold="0.6"/>
</imsss:ruleConditions><imsss:ruleAction action="disabled"/></imsss:preConditionRule></imsss:sequencingRules>
<imsss:limitConditions attemptLimit="2" attemptAbsoluteDurationLimit="PT45M"/>
<imsss:rollupRules rollupObjectiveSatisfied="false" objectiveMeasureWeight="0.5"><imsss:rollupRule childActivitySet="atLeastCount" minimumCount="1">
<imsss:rollupConditions><imsss:rollupCondition condition="completed"/></imsss:rollupConditions><imsss:rollupAction action="completed"/>
</imsss:rollupRule></imsss:rollupRules>
<imsss:objectives><imsss:primaryObjective objectiveID="obj1" satisfiedByMeasure="true"><imsss:minNormalizedMeasure>0.6</imsss:minNormalizedMeasure>
<imsss:mapInfo targetObjectiveID="global1" readSatisfiedStatus="true" writeSatisfiedStatus="true"/></imsss:primaryObjective>
<imsss:objective objectiveID="42"/></imsss:objectives>
<imsss:deliveryControls completionSetByContent="true"/></imsss:sequencing>"""


def test_sequencing_is_kept_as_data() -> None:
    """Sabotage: drop a group of sequencing, or let the words of an identifier become a number."""
    course = read(scorm2004(item(inside=SEQUENCED)))
    found = course.structure["items"][0]["sequencing"]
    assert found["controlMode"] == {"choice": False, "flow": True, "forwardOnly": True}
    rule = found["sequencingRules"]["pre"][0]
    assert rule["action"] == "disabled" and rule["conditionCombination"] == "any"
    assert rule["conditions"][0]["measureThreshold"] == 0.6 and rule["conditions"][0]["operator"] == "not"
    assert found["limitConditions"] == {"attemptLimit": 2, "attemptAbsoluteDurationLimit": "PT45M"}
    assert found["rollupRules"]["rollupObjectiveSatisfied"] is False
    assert found["rollupRules"]["rules"][0]["minimumCount"] == 1
    assert found["objectives"][0]["maps"][0]["targetObjectiveID"] == "global1"
    assert [one["id"] for one in found["objectives"]] == ["obj1", "42"]
    settings = course.lessons[0].settings
    assert settings["mastery_score"] == 0.6 and settings["max_time_allowed"] == "PT45M"
    assert settings["objectives"] == found["objectives"]


def test_a_shared_sequencing_is_taken_over_and_outspoken() -> None:
    shared = """<imsss:sequencingCollection><imsss:sequencing ID="s"><imsss:controlMode flow="true"/>
<imsss:deliveryControls tracked="false"/></imsss:sequencing></imsss:sequencingCollection>"""
    own = item(inside='<imsss:sequencing IDRef="s"><imsss:controlMode choice="false"/></imsss:sequencing>')
    found = read(scorm2004(own, tail=shared)).structure["items"][0]["sequencing"]
    assert found == {"controlMode": {"choice": False}, "deliveryControls": {"tracked": False}}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("<adlcp:completionThreshold>0.7</adlcp:completionThreshold>", (True, 0.7, 1.0)),
        (
            '<adlcp:completionThreshold completedByMeasure="true" minProgressMeasure="0.5" progressWeight="0.2"/>',
            (True, 0.5, 0.2),
        ),
        ('<adlcp:completionThreshold minProgressMeasure="7"/>', (False, 1.0, 1.0)),
    ],
)
def test_completion_threshold_of_every_edition(said: str, expected: tuple[bool, float, float]) -> None:
    found = read(scorm2004(item(inside=said))).lessons[0].settings["completion_threshold"]
    assert (found["completed_by_measure"], found["min_progress_measure"], found["progress_weight"]) == expected


def test_a_lesson_for_each_item_that_opens_something() -> None:
    """Sabotage: walk items breadth first."""
    tree = item(1, None, item(2) + item(3, None, item(4, "res2"))) + item(5)
    course = read(scorm12(tree, resource() + resource(2, "two.html")))
    assert [(lesson.number, lesson.identifier) for lesson in course.lessons] == [
        (1, "item2"),
        (2, "item4"),
        (3, "item5"),
    ]
    chapter = course.structure["items"][0]
    assert chapter["lesson"] is None and [one["lesson"] for one in chapter["items"]] == [1, None]


def test_files_and_expected_time_of_a_sco() -> None:
    """Sabotage: follow dependencies that refer to each other for ever."""
    first = resource(inside='<file href="index.html"/><dependency identifierref="res2"/>')
    ring = resource(
        2, "", "asset", '<file href="shared/api.js"/><file href="gone.js"/><dependency identifierref="res1"/>'
    )
    time = "<metadata><lom><educational><typicalLearningTime><datetime>PT1H30M</datetime></typicalLearningTime></educational></lom></metadata>"
    course = read(scorm12(item(inside=time), first + ring))
    settings = course.lessons[0].settings
    assert settings["files"] == ["index.html", "shared/api.js"] and settings["typical_seconds"] == 5400
    assert any("gone.js" in finding.what for finding in course.findings if finding.level is Level.WARNING)


def test_assets_stay_assets() -> None:
    course = read(scorm2004(resources=resource2004(kind="asset")))
    assert course.lessons[0].settings["scorm_type"] == "asset"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT45M", 2700), ("P1DT1S", 86401), ("01:02:03.5", 3723), ("约一小时", None), ("P", None), ("", None)],
)
def test_expected_times(text: str, seconds: int | None) -> None:
    assert seconds_of(text) == seconds
