"""Every variable that the settings read is in the operators' page, and every variable in the page is read."""

import ast
import re

from tests.architecture.source import ROOT, tree

SETTINGS = ROOT / "config" / "settings.py"
PAGE = ROOT / "docs" / "operations.md"


def read_variables() -> set[str]:
    """The first argument of each call such as `env.integer("SEND_CHUNK", 200)`."""
    calls = (node for node in ast.walk(tree(SETTINGS)) if isinstance(node, ast.Call))
    return {
        ast.literal_eval(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in ("env", "env.env")
    }


def documented_variables() -> set[str]:
    """The rows of the page's tables whose first cell is one or more names in capitals."""
    cells = (line.split("|")[1] for line in PAGE.read_text().splitlines() if line.startswith("| `"))
    return {name for cell in cells for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", cell)}


def test_every_variable_that_is_read_is_documented() -> None:
    assert read_variables() - documented_variables() == set()


def test_every_documented_variable_is_read() -> None:
    assert documented_variables() - read_variables() == set()


def test_nothing_else_reads_the_environment() -> None:
    """`config/local` runs before Django does; Celery and WSGI name the settings module and read nothing."""
    readers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("campaigns", "optins", "messaging", "config")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if re.search(r"os\.environ\b(?!\.setdefault)|os\.getenv", path.read_text())
    ]
    assert [name for name in readers if not name.startswith("config/local/")] == []
