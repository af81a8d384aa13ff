"""A test that asserts nothing cannot fail: each holds an assertion, an expected error, or a helper's check."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import Function, functions, modules, name_of

# Helpers that assert on the test's behalf begin so; Playwright's `expect` and schemathesis's `validate` do too.
CHECKS = ("assert", "check", "expect", "raises", "refuses", "validate", "warns")


def asserts(function: Function) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1].startswith(CHECKS):
            return True
    return False


@pytest.mark.parametrize("path", [path for path in modules("tests") if path.name.startswith("test_")], ids=name_of)
def test_every_test_can_fail(path: Path) -> None:
    tests = [function for function in functions(path) if function.name.startswith("test_")]
    assert tests, "a test file without tests"
    assert [function.name for function in tests if not asserts(function)] == []
