"""The walls that import-linter cannot see: each test reads the repository itself."""

import ast
import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
CAPABILITIES = sorted(path.parent for path in (CHECKOUT / "lms").glob("*/__init__.py"))
SOURCES = sorted(path for top in ("lms", "courses", "media") for path in (CHECKOUT / top).rglob("*.py"))
RULES = sorted(
    {
        ".".join(path.relative_to(CHECKOUT).with_suffix("").parts).removesuffix(".__init__")
        for path in SOURCES
        if "rules" in path.relative_to(CHECKOUT).with_suffix("").parts
    }
)


def tracked() -> list[Path]:
    names = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return [CHECKOUT / name for name in names.split("\0") if name and (CHECKOUT / name).is_file()]


def test_the_package_imports_nothing_of_the_house() -> None:
    """Else every test of a rule would load Flask. Sabotage: import the app in lms/__init__.py."""
    nodes = [*ast.walk(ast.parse((CHECKOUT / "lms" / "__init__.py").read_text()))]
    assert not [node for node in nodes if isinstance(node, ast.ImportFrom)]
    assert {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names} == {"gc"}


def test_every_rule_loads_without_flask_or_a_database() -> None:
    """Sabotage: import sqlalchemy in any rules.py."""
    code = "import importlib, sys; [importlib.import_module(n) for n in sys.argv[1:]]; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code, *RULES], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert RULES
    assert not {"flask", "sqlalchemy", "psycopg", "celery", "lms.app"} & set(loaded.stdout.split())


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda path: path.name)
def test_tables_belong_to_one_capability(capability: Path) -> None:
    """Sabotage: take a `tables-of-…` contract out of .importlinter."""
    if capability.name == "foundation" or not [*capability.glob("models*")]:
        return
    contracts = configparser.ConfigParser()
    contracts.read(CHECKOUT / ".importlinter")
    contract = contracts[f"importlinter:contract:tables-of-{capability.name}"]
    assert contract["type"] == "protected"
    assert contract["allowed_importers"].split() == [f"lms.{capability.name}"]


def test_there_is_no_room_called_utils() -> None:
    assert not [
        path
        for path in SOURCES
        if {"utils", "helpers", "common", "misc"} & {part.lower() for part in path.with_suffix("").parts}
    ]


def test_foreign_keys_go_down_without_relationships() -> None:
    """Sabotage: write relationship() or backref in a models room."""
    found = [path for path in SOURCES if re.search(r"\b(relationship|backref)\(", path.read_text())]
    assert not found


def test_only_transaction_commits() -> None:
    """Actions flush; the door commits. Sabotage: call session.commit() in an action."""
    allowed = {CHECKOUT / "lms" / "foundation" / "database.py"}
    found = [
        path for path in SOURCES if path not in allowed and re.search(r"session\w*(\(\))?\.commit\(", path.read_text())
    ]
    assert not found


def test_lock_files_name_no_address() -> None:
    """Sabotage: run uv with --emit-index-url, or npm without the repository's .npmrc."""
    for name in [*CHECKOUT.glob("requirements*.txt"), CHECKOUT / "package-lock.json"]:
        assert not re.search(r"https?://|file:|--index-url|--find-links", name.read_text()), name


def test_every_requirement_has_hashes() -> None:
    for path in CHECKOUT.glob("requirements*.txt"):
        pins = re.findall(r"^[a-zA-Z].*==.*$", path.read_text(), re.MULTILINE)
        assert pins, path
        assert all(pin.endswith("\\") for pin in pins), path


def test_nothing_binary_or_generated_is_committed() -> None:
    """Sabotage: commit a font, a film or the bundled htmx."""
    for path in tracked():
        assert b"\0" not in path.read_bytes(), path
    assert not [
        path for path in tracked() if "node_modules" in path.parts or "static" in path.relative_to(CHECKOUT).parts
    ]


def test_no_pattern_has_a_possessive_group() -> None:
    """Python 3.11.2, Debian 12's own, misreads them: PT7.28S was no duration there, and a trainee's launch failed.

    Sabotage: write `(?:…)?+` in a regular expression.
    """
    found = [path for path in SOURCES if re.search(r"\)[?*+]\+", path.read_text())]
    assert not found


def test_what_the_platform_imports_is_among_its_requirements() -> None:
    """The tools for the tests hide what is missing. Sabotage: take packaging out of requirements.in and `make lock`."""
    code = (
        "import sys, gunicorn.app.wsgiapp, gunicorn.workers.gthread, kombu.transport.redis, lms.app, lms.worker, lms.cli\n"
        "from importlib.metadata import packages_distributions as owners\n"
        "known = owners()\n"
        "print(*{owner for name in {m.partition('.')[0] for m in sys.modules} for owner in known.get(name, ())})"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    named = set(re.findall(r"^([a-z0-9._-]+)==", (CHECKOUT / "requirements.txt").read_text(), re.M))
    owners = {re.sub(r"[-_.]+", "-", owner).lower() for owner in loaded.stdout.split()}
    # kombu, celery, structlog and mako import these when they are there and go on without them
    extras = {
        "greenlet",
        "pyyaml",
        "rich",
        "pygments",
        "setuptools",
        "pip",
        "wheel",
        "coverage",
        "pytest",
        "pytest-cov",
    }
    assert len(owners) > 20
    assert owners - named - extras == set()
