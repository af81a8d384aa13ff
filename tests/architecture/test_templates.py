"""Pages work under `script-src 'self'`: no template holds a script or a handler of its own."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, name_of

FOLDERS = ("templates", "config", "campaigns", "optins", "messaging")
PAGES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.html"))

# Data in a script element is not run; a comment may speak of what it replaces.
INLINE_SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>", re.I)
HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.I)
SCRIPT_ADDRESS = re.compile(r"=\s*[\"']?\s*javascript:", re.I)
COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->", re.S)
FROM_ELSEWHERE = re.compile(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.I)


def test_the_walk_finds_the_pages() -> None:
    assert {"home.html", "skeleton.html", "handsets.html"} <= {path.name for path in PAGES}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
@pytest.mark.parametrize("forbidden", [INLINE_SCRIPT, HANDLER, SCRIPT_ADDRESS, FROM_ELSEWHERE])
def test_a_page_loads_only_files_of_ours_and_runs_nothing_inline(path: Path, forbidden: re.Pattern[str]) -> None:
    assert forbidden.findall(COMMENT.sub("", path.read_text())) == []


@pytest.mark.parametrize(
    ("forbidden", "snippet"),
    [
        (INLINE_SCRIPT, "<script>alert(1)</script>"),
        (HANDLER, '<a class="x" onclick="go()">'),
        (SCRIPT_ADDRESS, '<a href="javascript:go()">'),
        (FROM_ELSEWHERE, '<script src="https://cdn.example/x.js"></script>'),
    ],
)
def test_what_is_forbidden_is_recognised(forbidden: re.Pattern[str], snippet: str) -> None:
    assert forbidden.search(snippet)
