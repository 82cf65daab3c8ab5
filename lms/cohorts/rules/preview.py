"""What is shown of a roster before it is taken in: who is new, who has an account, who is in the class already."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from lms.accounts.rules import people
from lms.accounts.rules.identity import Fault
from lms.cohorts.rules.headers import Column
from lms.cohorts.rules.roster import Candidate, RefusedRow, Roster

STALE_AFTER = timedelta(hours=24)
OTHER_NAME = Fault(
    "这个身份证号已经有账号，登记的名字和这里不一样", "对着身份证核对姓名。名单没错的话，联系工作人员改账号里的名字"
)
REPLACED = "这份名单后来换过文件，按最新那份核对"
STALE = "这份核对结果放了一天多，名单和账号可能变了，重新选一次文件"
CLOSED = "这个班已经结班，不能再导入学员"
CHANGED = "核对以后，名单里有人的账号名字变了，重新选一次文件再核对"
NOBODY = "名单里没有可以导入的人，改好再选一次文件"


@dataclass(frozen=True)
class Preview:
    """A roster compared with the accounts there are; `known` and `enrolled` are row numbers among the good ones."""

    roster: Roster
    known: tuple[int, ...] = ()
    enrolled: tuple[int, ...] = ()

    @property
    def new(self) -> int:
        """How many good rows are people without an account."""
        return len(self.roster.good) - len(self.known) - len(self.enrolled)

    def to_keep(self) -> "Preview":
        """The same without the cells of good rows: they are needed for refused rows alone."""
        bare = tuple(replace(c, texts=()) for c in self.roster.good)
        return replace(self, roster=replace(self.roster, good=bare))

    def mending(self) -> "Preview":
        """What stays after the good rows were taken in."""
        return Preview(replace(self.roster, good=()))


def compare(roster: Roster, names: Mapping[str, str], in_class: Collection[str]) -> Preview:
    """The preview of a roster. `names`: ID number -> name of the account; `in_class`: ID numbers in the class already."""
    other = {c.row: (Column.NAME.value, OTHER_NAME) for c in roster.good if not same_name(c, names.get(c.id_number))}
    rest = roster.refuse(other) if other else roster
    enrolled = tuple(c.row for c in rest.good if c.id_number in in_class)
    known = tuple(c.row for c in rest.good if c.id_number in names and c.id_number not in in_class)
    return Preview(rest, known, enrolled)


def told_of_phones(found: Preview, rows: Collection[int]) -> Preview:
    """The preview with a notice of the good rows whose phone is not the account's: the account's stays."""
    kept = sorted(row for row in rows if row in found.known)
    if not kept:
        return found
    places = "、".join(map(str, kept[:10])) + ("等" if len(kept) > 10 else "")
    told = f"第 {places} 行的手机号和账号里的不一样，登录还是用账号里的那个"
    return replace(found, roster=replace(found.roster, notices=(*found.roster.notices, told)))


def same_name(candidate: Candidate, account: str | None) -> bool:
    """Whether an account, if there is one, carries the name of the line: dots and spaces do not matter."""
    return account is None or people.same_name(candidate.name, account)


def is_stale(made_at: datetime, now: datetime) -> bool:
    """Whether too much may have changed since a preview was made."""
    return now - made_at > STALE_AFTER


def shown(rows: Collection[RefusedRow], most: int) -> list[RefusedRow]:
    """The first refused rows, for a page."""
    return sorted(rows, key=lambda row: row.row)[:most]
