"""Rules with a number and dates, the seed's and later ones side by side. Nothing here overrides anything silently."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

SEED = "粤人社函〔2019〕1812号"
SEED_DATE = date(2019, 10, 18)
CONFIDENCE = {
    "seed": "文件原文",
    "confirmed": "看过公开转载的条文",
    "secondary": "别处转述，没看到原文",
    "proposal": "平台建议",
}


@dataclass(frozen=True)
class DatedRule:
    """One rule: its key and number (None: words only), whom and where it holds for, since when, who says so.

    `plans` and `programmes` empty mean all; jurisdiction is a prefix of the region code, "" the whole country; both days
    are inclusive, `until` None is open. `line` and `quote` are the seed's.
    """

    key: str
    words: str
    since: date
    source: str
    confidence: str
    jurisdiction: str = "44"
    value: int | None = None
    unit: str = ""
    until: date | None = None
    plans: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    line: int | None = None
    quote: str = ""

    @property
    def figure(self) -> str:
        """48 学时, or nothing where the rule has no number."""
        return "" if self.value is None else f"{self.value} {self.unit}".strip()

    @property
    def from_seed(self) -> bool:
        """Whether the seed itself states it."""
        return self.confidence == "seed"

    def concerns(self, programme_code: str) -> bool:
        """Whether it is about this programme."""
        plan = programme_code.partition("-")[0]
        named = programme_code in self.programmes if self.programmes else True
        return named and (not self.plans or plan in self.plans)

    def in_force(self, on: date, region_code: str = "44") -> bool:
        """Whether it holds there that day."""
        return region_code.startswith(self.jurisdiction) and self.since <= on <= (self.until or date.max)


def side_by_side(
    rules: Iterable[DatedRule], key: str, programme_code: str, on: date, region_code: str = "44"
) -> list[DatedRule]:
    """All that hold for a key: the seed's own first, then the newest. Who reads more than one must say so."""
    holding = [
        rule for rule in rules if rule.key == key and rule.concerns(programme_code) and rule.in_force(on, region_code)
    ]
    return sorted(holding, key=lambda rule: (not rule.from_seed, -rule.since.toordinal()))
