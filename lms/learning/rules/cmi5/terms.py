"""What a launch lays down for its session, and what the session has said so far."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from lms.lrs.rules.vocabulary import Extension, Verb

Json = dict[str, Any]


class Mode(StrEnum):
    """Launch modes (10.2.2): only Normal may say anything about satisfaction."""

    NORMAL = "Normal"
    BROWSE = "Browse"
    REVIEW = "Review"


class MoveOn(StrEnum):
    """What an AU asks of a learner (13.1.4)."""

    PASSED = "Passed"
    COMPLETED = "Completed"
    COMPLETED_AND_PASSED = "CompletedAndPassed"
    COMPLETED_OR_PASSED = "CompletedOrPassed"
    NOT_APPLICABLE = "NotApplicable"


@dataclass(frozen=True)
class Terms:
    """What never changes within a session. `actor` is {"objectType", "account"}, `publisher_id` the AU's own id."""

    session: str
    registration: str
    activity_id: str
    publisher_id: str
    actor: Json
    mode: Mode = Mode.NORMAL
    move_on: MoveOn = MoveOn.NOT_APPLICABLE
    mastery_score: float | None = None
    launch_parameters: str = ""
    entitlement_key: str = ""
    return_url: str = ""

    @property
    def template(self) -> Json:
        """The context that every statement of the session repeats unaltered (10.2.1)."""
        return {
            "contextActivities": {"grouping": [{"id": self.publisher_id}]},
            "extensions": {Extension.SESSION_ID.value: self.session},
        }

    @property
    def launch_data(self) -> Json:
        """The document LMS.LaunchData (10.2)."""
        found: Json = {
            "contextTemplate": self.template,
            "launchMode": self.mode.value,
            "moveOn": self.move_on.value,
        }
        if self.mastery_score is not None:
            found["masteryScore"] = self.mastery_score
        if self.launch_parameters:
            found["launchParameters"] = self.launch_parameters
        if self.return_url:
            found["returnURL"] = self.return_url
        if self.entitlement_key:
            found["entitlementKey"] = {"courseStructure": self.entitlement_key}
        return found


@dataclass(frozen=True)
class Facts:
    """What has happened. `said` are the verbs of cmi5 that the session has used; the last two hold for the AU in its registration."""

    read_preferences: bool = False
    said: frozenset[Verb] = field(default_factory=frozenset)
    over: bool = False
    completed_before: bool = False
    passed_before: bool = False

    @property
    def begun(self) -> bool:
        """Whether the AU has said initialized."""
        return Verb.INITIALIZED in self.said

    @property
    def ended(self) -> bool:
        """Whether nothing more is taken: terminated by the AU, or abandoned by us."""
        return self.over or Verb.TERMINATED in self.said

    def after(self, verb: Verb) -> "Facts":
        """The facts once a statement of cmi5 with this verb was kept."""
        return replace(
            self,
            said=self.said | {verb},
            completed_before=self.completed_before or verb is Verb.COMPLETED,
            passed_before=self.passed_before or verb is Verb.PASSED,
        )
