"""One figure: who writes credited seconds, and who completes a lesson. The list is short, and this is all of it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for path in sorted((ROOT / "lms").rglob("*.py")) if "static" not in path.parts]

# The tables that hold what counts, and the modules that may write them.
LEDGER = {"lms/learning/actions/sealing.py", "lms/learning/actions/writing.py", "lms/learning/actions/correcting.py"}
# What an ordinary commit of a SCO writes with it, by the same function within its own (0030).
LEDGER |= {"lms/learning/actions/scorm/glancing.py"}
COVERAGE = {"lms/learning/actions/sessions.py", "lms/learning/actions/writing.py"}
COMPLETION = {"lms/learning/actions/completing.py"}
# Every call that ends in one of them, by the door or the round that makes it.
DOORS = {
    "beating.take": {"lms/learning/routes/playing.py"},
    "committing.take": {"lms/learning/routes/scorm.py"},
    "launching.launch": {"lms/learning/routes/playing.py", "lms/learning/actions/opening.py"},
    "presence.answer": {"lms/learning/routes/presence.py"},
    "presence.sweep": {"lms/learning/presence_tasks.py"},
}
WRITES = re.compile(
    r"insert into (hour_ledger|coverage|lesson_completion)|update (coverage|lesson_completion)|study_(add|write)|scorm_keep_as"
    r"|insert\((HourLedger|Coverage|LessonCompletion|LEDGER|COVERAGE)|update\((HourLedger|Coverage|LessonCompletion)"
    r"|session\.add\((HourLedger|Coverage|LessonCompletion)|\b(HourLedger|Coverage|LessonCompletion)\([a-z_]+="
)


def text_of(path: Path) -> str:
    """A module without its docstrings and comments."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and body
            and isinstance(body[0], ast.Expr)
            and isinstance(body[0].value, ast.Constant)
        ):
            body[0].value.value = ""
    return ast.unparse(tree)


TEXTS = {str(path.relative_to(ROOT)): text_of(path) for path in SOURCES}


def test_nobody_else_writes_seconds_or_completions():
    """Sabotage: let a page of staff insert into hour_ledger, or set a lesson complete."""
    writers = {name for name, text in TEXTS.items() if WRITES.search(text)}
    assert writers <= LEDGER | COVERAGE | COMPLETION, writers - (LEDGER | COVERAGE | COMPLETION)


@pytest.mark.parametrize("call", sorted(DOORS))
def test_each_way_to_them_has_its_few_doors(call):
    """Sabotage: call it from a second route."""
    found = {name for name, text in TEXTS.items() if re.search(rf"\b{re.escape(call)}\(", text)}
    assert found <= DOORS[call], found - DOORS[call]


def test_no_form_and_no_import_takes_seconds():
    """Attack 24. Sabotage: add a column 学时 to the roster, or an address that reads hours from a sheet."""
    paths = r"\.(post|put|patch|route)\(['\"][^'\"]*(hours[^'\"]*(import|upload)|(import|upload)[^'\"]*hours)"
    rules = re.compile(paths)
    assert not {name for name, text in TEXTS.items() if "/routes" in name and rules.search(text)}


def test_no_permission_says_complete():
    permissions = (ROOT / "lms" / "foundation" / "permissions.py").read_text()
    assert "complete" not in permissions and "lesson:pass" not in permissions
