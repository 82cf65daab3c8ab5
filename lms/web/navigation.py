"""The menus: what each role comes for, in one table."""

from dataclasses import dataclass

from flask import Flask, current_app, g, request

from lms.foundation.permissions import Permission
from lms.foundation.principal import current


@dataclass(frozen=True)
class Entry:
    """One line of a menu: shown to those who hold the permission."""

    words: str
    icon: str
    endpoint: str
    needs: Permission

    @property
    def here(self) -> bool:
        """Whether the page shown belongs to it."""
        blueprint = ELSEWHERE.get(request.endpoint or "", request.blueprint or "")
        return blueprint == self.endpoint.split(".")[0]


# Doors of the trainees' blueprint that staff come to from a menu of their own.
ELSEWHERE = {"learning.attest": "cohorts"}
STAFF = (
    Entry("待办", "inbox", "reporting.inbox", Permission.INBOX_READ),
    Entry("课程包", "package", "publishing.packages", Permission.PACKAGE_UPLOAD),
    Entry("课程审核", "package", "publishing.reviews", Permission.PACKAGE_REVIEW),
    Entry("培训包", "book", "training.index", Permission.TRAINING_WRITE),
    Entry("培训包审核", "book", "training.reviews", Permission.TRAINING_REVIEW),
    Entry("题库", "file", "questions.index", Permission.BANK_KEEP),
    Entry("批卷", "tick", "learning.papers", Permission.QUIZ_MARK),
    Entry("班级", "people", "cohorts.index", Permission.COHORT_FILE),
    Entry("学员", "person", "people.index", Permission.PERSON_READ),
    Entry("学时核实", "clock", "reviews.index", Permission.HOURS_CORRECT),
    Entry("抽查", "search", "inspections.index", Permission.INSPECTION_DO),
    Entry("学时导出", "download", "subsidies.exports", Permission.HOURS_EXPORT),
    Entry("表格", "file", "sheets.index", Permission.HOURS_EXPORT),
    Entry("表格", "file", "sheets.index", Permission.COHORT_FILE),
    Entry("台账重算", "clock", "recomputed.index", Permission.HOURS_CHECK),
    Entry("本单位", "flag", "organisations.home", Permission.ORGANISATION_READ),
    Entry("机构与企业", "flag", "organisations.index", Permission.ORGANISATION_ADMIT),
    Entry("代办", "hourglass", "delegations.index", Permission.WORK_DELEGATE),
    Entry("公开目录", "book", "catalogues.keep", Permission.CATALOGUE_KEEP),
    Entry("地区", "flag", "regions.index", Permission.REGION_IMPORT),
    Entry("操作记录", "search", "audit.index", Permission.AUDIT_READ),
    Entry("学习记录", "clock", "records.browse", Permission.RECORD_READ),
    Entry("十项工程", "flag", "plans.index", Permission.INBOX_READ),
    Entry("帮人登录", "lock", "helping.desk", Permission.SIGN_IN_HELP),
)
TRAINEE = (
    Entry("学习", "book", "learning.home", Permission.LESSON_STUDY),
    Entry("学时", "clock", "learning.hours", Permission.LESSON_STUDY),
    Entry("我的", "person", "accounts.me", Permission.LESSON_STUDY),
)


def init_app(app: Flask) -> None:
    """Give templates the menus, who is signed in, and the larger version."""
    app.context_processor(_shared)


def menu(entries: tuple[Entry, ...]) -> list[Entry]:
    """The lines that the person may use, of the capabilities that this application has."""
    known = current_app.view_functions
    return [entry for entry in entries if entry.endpoint in known and current().may(entry.needs)]


def _shared() -> dict[str, object]:
    account = g.get("account")
    return {
        "staff_menu": menu(STAFF),
        "trainee_menu": menu(TRAINEE),
        "account": account,
        "care": request.cookies.get("__Host-care") == "1",
    }
