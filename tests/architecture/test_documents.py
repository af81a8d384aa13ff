"""The documents: what they link to exists, and what they name exists too."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, name_of

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)")
NAMED_FILE = re.compile(r"`((?:campaigns|optins|messaging|config|tests|templates|docs)/[\w./-]+\.\w+)`")
NAMED_MODULE = re.compile(r"`((?:campaigns|optins|messaging|config)(?:\.[a-z_]+)+)(?:\.[A-Z]\w*)?`")


def links(page: Path) -> list[str]:
    """Links within the project, pictures too."""
    return [link for link in LINK.findall(page.read_text()) if "://" not in link]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_a_page_links_to_exists(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_files_a_page_names_exist(page: Path) -> None:
    assert [file for file in NAMED_FILE.findall(page.read_text()) if not (ROOT / file).exists()] == []


def stands(dotted: str) -> bool:
    """Whether a dotted name is a module, or a function or class of one; `messaging.send_due` is a task."""
    path = ROOT / dotted.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").exists():
        return True
    module = path.parent.with_suffix(".py")
    holders = [module] if module.exists() else [path.parent / "__init__.py", path.parent / "tasks.py"]
    return any(re.search(rf"\b{path.name}\b", holder.read_text()) for holder in holders if holder.exists())


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_the_functions_a_page_names_exist(page: Path) -> None:
    assert [name for name in NAMED_MODULE.findall(page.read_text()) if not stands(name)] == []


def test_decisions_are_numbered_once_each_and_listed_in_order() -> None:
    records = sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert [name[:4] for name in records] == [f"{place:04}" for place in range(1, len(records) + 1)]
    listed = re.findall(r"^(\d+)\. \[(.+)\]\(adr/(.+\.md)\)$", (ROOT / "docs" / "README.md").read_text(), re.MULTILINE)
    assert [name for _, _, name in listed] == records
    for number, title, name in listed:
        assert (ROOT / "docs" / "adr" / name).read_text().startswith(f"# {number}. {title}\n")
