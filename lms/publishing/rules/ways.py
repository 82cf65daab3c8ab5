"""The ways to watch a video lesson: how clear, in which language, or its sound alone; and which one to begin with. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SPARING, CLEAR, SOURCE, SOUND = "240p", "480p", "source", "audio"
LANGUAGES = {"mandarin": "普通话", "cantonese": "粤语", "hakka": "客家话", "teochew": "潮汕话"}
OWN_SOUND = "原声"
_ORDER = (SPARING, CLEAR, SOURCE, SOUND)


@dataclass(frozen=True)
class Way:
    """One file that a lesson can be watched as; `language` is empty for the video's own sound."""

    kind: str
    language: str
    sha256: str
    size_bytes: int
    height: int = 0

    @property
    def name(self) -> str:
        """How a phone remembers it: 240p, 480p.cantonese."""
        return f"{self.kind}.{self.language}" if self.language else self.kind


def in_order(ways: Iterable[Way]) -> tuple[Way, ...]:
    """The ways as a menu lists them: own sound first, the sparing one before the clear one, sound alone last."""
    languages = ["", *LANGUAGES]
    return tuple(sorted(ways, key=lambda way: (languages.index(way.language), _ORDER.index(way.kind))))


def words_of(way: Way, ways: Sequence[Way]) -> str:
    """What a way is called beside the others: where nothing is between, the file itself is the clear one."""
    kinds = {other.kind for other in ways if other.language == way.language}
    source = "原画质" if CLEAR in kinds else "清楚"
    return {SPARING: "省流量", CLEAR: "清楚", SOURCE: source, SOUND: "只听声音"}[way.kind]


def language_words(language: str, own: str | None) -> str:
    """What a sound is called; `own` is the language of the video itself, where somebody said it."""
    return LANGUAGES.get(language or own or "", OWN_SOUND)


def to_begin_with(ways: Sequence[Way], remembered: str, sparing: bool) -> Way:
    """What the person chose last, as near as this lesson has it; else the clear one, or the sparing one where data is dear."""
    kind, _, language = remembered.partition(".")
    of_language = [way for way in ways if way.language == language] or [way for way in ways if not way.language] or ways
    wanted = [kind] if kind in _ORDER else [SPARING] if sparing else []
    for name in (*wanted, CLEAR, SOURCE):
        for way in of_language:
            if way.kind == name:
                return way
    return of_language[0]
