"""The second rule shares nothing with the first: no import, neither direct nor by way of a helper."""

import ast
from pathlib import Path

from lms.learning import checking

FOLDER = Path(checking.__file__).parent


def test_the_second_rule_imports_nothing_of_the_first() -> None:
    """Sabotage: import lms.learning.rules.stretches in pouring.py."""
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [name for name in names if "learning.rules" in name or "learning.actions" in name], path.name
