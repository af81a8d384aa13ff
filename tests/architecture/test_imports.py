"""Our own modules are imported at the top of a file, where the contracts and a reader see them."""

import ast
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGES, functions, modules, name_of

# Checks register themselves on import, which Django allows only once its apps are ready.
HIDDEN = {"config/apps.py"}


def hidden_imports(path: Path) -> list[str]:
    return [
        ast.unparse(node)
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and _is_ours(node)
    ]


def _is_ours(node: ast.Import | ast.ImportFrom) -> bool:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return any(name.split(".")[0] in PACKAGES for name in names)


@pytest.mark.parametrize("path", modules(*PACKAGES), ids=name_of)
def test_no_import_of_ours_hides_in_a_function(path: Path) -> None:
    assert bool(hidden_imports(path)) == (name_of(path) in HIDDEN)


def test_nobody_listens_to_model_signals() -> None:
    """An effect that nobody calls is an effect that nobody finds."""
    listening = [name_of(path) for path in modules(*PACKAGES) if "django.db.models.signals" in path.read_text()]
    assert listening == []
