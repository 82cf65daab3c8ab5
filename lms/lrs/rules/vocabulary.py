"""The words that the platform itself writes: cmi5, the video profile 1.0.3, and ours for presence and identity.

Each IRI stands here once; docs/xapi-profile.md says what each means, and a test compares the two.
"""

from enum import StrEnum

# A name, not an address: it never changes with the host, so that records of two installations speak of the same things.
# The top level `example` belongs to nobody and never will (RFC 2606): nobody can answer there in our name. Statements
# that are kept keep the names they were written with; another name would be another word (docs/decisions.md).
NAMESPACE = "https://yanxue.example/xapi"


class Verb(StrEnum):
    """Verbs by IRI; `words` gives what people read."""

    INITIALIZED = "http://adlnet.gov/expapi/verbs/initialized"
    LAUNCHED = "http://adlnet.gov/expapi/verbs/launched"
    COMPLETED = "http://adlnet.gov/expapi/verbs/completed"
    PASSED = "http://adlnet.gov/expapi/verbs/passed"
    FAILED = "http://adlnet.gov/expapi/verbs/failed"
    ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
    TERMINATED = "http://adlnet.gov/expapi/verbs/terminated"
    ABANDONED = "https://w3id.org/xapi/adl/verbs/abandoned"
    WAIVED = "https://w3id.org/xapi/adl/verbs/waived"
    SATISFIED = "https://w3id.org/xapi/adl/verbs/satisfied"
    PLAYED = "https://w3id.org/xapi/video/verbs/played"
    PAUSED = "https://w3id.org/xapi/video/verbs/paused"
    SEEKED = "https://w3id.org/xapi/video/verbs/seeked"
    VOIDED = "http://adlnet.gov/expapi/verbs/voided"
    CONFIRMED = f"{NAMESPACE}/verbs/confirmed-presence"
    MISSED = f"{NAMESPACE}/verbs/missed-presence"
    IDENTIFIED = f"{NAMESPACE}/verbs/identified"

    @property
    def iri(self) -> str:
        """The IRI."""
        return self.value

    @property
    def words(self) -> dict[str, str]:
        """The display of the verb, in Chinese and English."""
        return {"zh-CN": _CHINESE[self.name], "en-US": self.value.rpartition("/")[2].replace("-", " ")}


_CHINESE = {
    "INITIALIZED": "打开了",
    "LAUNCHED": "进入了",
    "COMPLETED": "学完了",
    "PASSED": "通过了",
    "FAILED": "没有通过",
    "ANSWERED": "回答了",
    "TERMINATED": "离开了",
    "ABANDONED": "中断了",
    "WAIVED": "免修了",
    "SATISFIED": "达到了要求",
    "PLAYED": "播放了",
    "PAUSED": "暂停了",
    "SEEKED": "拖动了",
    "VOIDED": "撤销了",
    "CONFIRMED": "答了“还在学吗”",
    "MISSED": "没答“还在学吗”",
    "IDENTIFIED": "核对了身份",
}


# What is written today; the others are declared for what comes (docs/xapi-profile.md).
WRITTEN = (
    Verb.INITIALIZED, Verb.LAUNCHED, Verb.PLAYED, Verb.PAUSED, Verb.COMPLETED, Verb.TERMINATED, Verb.ANSWERED, Verb.PASSED,
    Verb.FAILED, Verb.ABANDONED, Verb.WAIVED, Verb.SATISFIED, Verb.VOIDED,
)  # fmt: skip


class ActivityType(StrEnum):
    """What activities are."""

    COURSE = "http://adlnet.gov/expapi/activities/course"
    LESSON = "http://adlnet.gov/expapi/activities/lesson"
    ASSESSMENT = "http://adlnet.gov/expapi/activities/assessment"
    INTERACTION = "http://adlnet.gov/expapi/activities/cmi.interaction"
    VIDEO = "https://w3id.org/xapi/video/activity-type/video"
    CMI5_BLOCK = "https://w3id.org/xapi/cmi5/activitytype/block"
    CMI5_COURSE = "https://w3id.org/xapi/cmi5/activitytype/course"


class Extension(StrEnum):
    """Keys of extensions. Video times are seconds with up to three decimals; played segments as in the profile."""

    LENGTH = "https://w3id.org/xapi/video/extensions/length"
    TIME = "https://w3id.org/xapi/video/extensions/time"
    TIME_FROM = "https://w3id.org/xapi/video/extensions/time-from"
    TIME_TO = "https://w3id.org/xapi/video/extensions/time-to"
    PLAYED_SEGMENTS = "https://w3id.org/xapi/video/extensions/played-segments"
    PROGRESS = "https://w3id.org/xapi/video/extensions/progress"
    COMPLETION_THRESHOLD = "https://w3id.org/xapi/video/extensions/completion-threshold"
    SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
    MASTERY_SCORE = "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"
    LAUNCH_MODE = "https://w3id.org/xapi/cmi5/context/extensions/launchmode"
    LAUNCH_URL = "https://w3id.org/xapi/cmi5/context/extensions/launchurl"
    LAUNCH_PARAMETERS = "https://w3id.org/xapi/cmi5/context/extensions/launchparameters"
    MOVE_ON = "https://w3id.org/xapi/cmi5/context/extensions/moveon"
    REASON = "https://w3id.org/xapi/cmi5/result/extensions/reason"
    CMI5_PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
    VIDEO_SESSION_ID = "https://w3id.org/xapi/video/extensions/session-id"
    CREDITED = f"{NAMESPACE}/extensions/credited-seconds"
    CHECK = f"{NAMESPACE}/extensions/presence-check"
    MEANS = f"{NAMESPACE}/extensions/identity-means"


class Category(StrEnum):
    """Profiles that a statement says it follows, as context activities of the kind `category`."""

    CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
    MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
    VIDEO = "https://w3id.org/xapi/video"
    SCORM = "https://w3id.org/xapi/scorm"
    PRESENCE = f"{NAMESPACE}/profiles/presence"
    IDENTITY = f"{NAMESPACE}/profiles/identity"


def verb(word: Verb) -> dict[str, object]:
    """A verb as it stands in a statement."""
    return {"id": word.iri, "display": word.words}


def played_segments(stretches: list[tuple[int, int]]) -> str:
    """Stretches of (from, to) in milliseconds as the video profile writes them: `0[.]12.5[,]20[.]31.25`."""
    return "[,]".join(f"{seconds(start)}[.]{seconds(end)}" for start, end in stretches)


def seconds(milliseconds: int) -> str:
    """Seconds with up to three decimals, as exactly as the milliseconds are."""
    return f"{milliseconds // 1000}.{milliseconds % 1000:03d}".rstrip("0").rstrip(".")
