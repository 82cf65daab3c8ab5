"""A face that a provider compares with the resident card: who is looked at, and what the provider says. Plain data."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.accounts.rules.documents import IdKind, born_and_sex
from lms.accounts.rules.people import same_name

# Below this age the parents must agree (PIPL art. 31); such a person has the other ways.
LEAST_AGE = 14


class Outcome(StrEnum):
    """What became of a look."""

    PASSED = "passed"
    NOT_YET = "not_yet"
    REFUSED = "refused"
    OTHER_PERSON = "other_person"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose face it must be: name and resident number as they are registered. Never logged."""

    name: str
    number: str

    def __repr__(self) -> str:
        return "Subject()"


@dataclass(frozen=True, slots=True)
class Started:
    """A look that a provider has prepared: the token that names it there, and the page that the person opens."""

    token: str
    url: str

    def __repr__(self) -> str:
        return "Started()"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a provider says: its code, the likeness (0 to 100) and the picture it took, if it gives them."""

    outcome: Outcome
    code: str = ""
    score: float | None = None
    picture: bytes | None = None

    def __repr__(self) -> str:
        return f"Finding({self.outcome})"


def comparable(kind: str, number: str, today: date) -> bool:
    """Whether a provider can look at somebody with this paper: a resident card, of somebody old enough to agree alone."""
    born, _ = born_and_sex(kind, number)
    if kind != IdKind.ID_CARD or born is None:
        return False
    return today >= _birthday(born, LEAST_AGE)


def same_person(subject: Subject, name: object, number: object) -> bool:
    """Whether the result speaks of the person whom we asked about; a result that names nobody does not."""
    if not isinstance(name, str) or not isinstance(number, str):
        return False
    return number.strip().upper() == subject.number.upper() and same_name(name, subject.name)


def judged(finding: Finding, least: float) -> Finding:
    """The same finding, refused where the likeness is below what the operator asks for."""
    if finding.outcome is Outcome.PASSED and finding.score is not None and not finding.score >= least:
        return Finding(Outcome.REFUSED, "likeness", finding.score)
    return finding


def _birthday(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
