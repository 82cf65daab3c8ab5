"""`make check`: every route and every test that the table of clauses names is there."""

import ast
import sys
from pathlib import Path

import click
from flask import Flask

from lms.app import BLUEPRINTS
from lms.cli import cli
from lms.lrs import routes as lrs
from lms.plans import reading
from lms.plans.rules import traces
from lms.plans.rules.traces import Names, State

CHECKOUT = Path(__file__).resolve().parents[1]


def routes() -> set[str]:
    """Every endpoint of the house; no database is asked."""
    app = Flask(__name__)
    for blueprint in (*BLUEPRINTS, lrs.bp):
        app.register_blueprint(blueprint)
    return set(app.view_functions)


def commands() -> set[str]:
    """Every command, with the group it stands in: `demo`, `plans pilot`."""
    groups = {name: command for name, command in cli.commands.items() if isinstance(command, click.Group)}
    return set(cli.commands) | {f"{name} {inner}" for name, group in groups.items() for inner in group.commands}


def tests(paths: set[str]) -> set[str]:
    """Every test function in the files, as path::name."""
    return {f"{path}::{name}" for path in paths if (CHECKOUT / path).is_file() for name in _functions(path)}


def _functions(path: str) -> list[str]:
    tree = ast.parse((CHECKOUT / path).read_text())
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def found() -> list[str]:
    """What is wrong with the table; empty when it can be believed."""
    table = reading.traces()
    paths = {test.partition("::")[0] for trace in table for test in trace.tests}
    return traces.faults(table, reading.sheets(), Names(routes(), commands(), tests(paths)))


def main() -> None:
    """Say what is wrong and end with 1, or say how far the clauses are."""
    faults = found()
    for fault in faults:
        print(fault, file=sys.stderr)
    table = reading.traces()
    counts = {state: sum(trace.state is state for trace in table) for state in State}
    print(f"clauses {len(table)}: done {counts['done']}, part {counts['part']}, open {counts['open']}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
