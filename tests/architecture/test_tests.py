"""A test that asserts nothing cannot fail: each holds an assertion, an expected error, or a helper's check."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import Function, functions, modules, name_of

# What a call is named that asserts on the test's behalf, such as pytest's `raises` and Django's `assertNumQueries`.
CHECK = re.compile(r"assert|^(check|expect|raises|refuses|validate|warns)", re.I)


def asserts(function: Function) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call) and CHECK.search(ast.unparse(node.func).split(".")[-1]):
            return True
    return False


@pytest.mark.parametrize("path", [path for path in modules("tests") if path.name.startswith("test_")], ids=name_of)
def test_every_test_can_fail(path: Path) -> None:
    tests = [function for function in functions(path) if function.name.startswith("test_")]
    assert tests, "a test file without tests"
    assert [function.name for function in tests if not asserts(function)] == []
