"""Every verb that says who acts asks whether they may, or hands the question to a verb that does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _verbs() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of the actions packages that take `by`."""
    for path in sorted(ROOT.glob("*/actions/**/*.py")):
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if "by" in {argument.arg for argument in node.args.kwonlyargs}:
                yield f"{path.relative_to(ROOT).parts[0]}.{path.stem}.{node.name}", node


VERBS = dict(_verbs())
# These write what their caller has asked permission for.
HELPERS = {"campaigns.audit.record"}


def _asks(node: ast.AST) -> bool:
    for call in ast.walk(node):
        if not isinstance(call, ast.Call):
            continue
        if isinstance(call.func, ast.Attribute) and call.func.attr == "require":
            return True
        called = call.func.id if isinstance(call.func, ast.Name) else ""
        passes_on = any(keyword.arg == "by" for keyword in call.keywords)
        if passes_on and called != "record":
            return True
    return False


def test_there_are_verbs() -> None:
    assert len(VERBS) > 20


@pytest.mark.parametrize("name", sorted(VERBS.keys() - HELPERS))
def test_a_verb_asks_for_permission(name: str) -> None:
    assert _asks(VERBS[name]), f"{name} takes `by` and asks nobody: call by.require(…) or hand `by` on"


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_is_keyword_only_and_says_what_it_does(name: str) -> None:
    verb = VERBS[name]
    assert not verb.args.args, f"{name} takes positional arguments"
    assert ast.get_docstring(verb) or len(verb.body) <= 2, f"{name} has no docstring"
