"""Marked sentences, read from code, templates and catalogues without the gettext tools."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from django.utils.translation.template import templatize

from tests.architecture.source import PACKAGES, ROOT, modules, tree

LOCALE: Final = ROOT / "locale"
TEMPLATES: Final = sorted((ROOT / "templates").rglob("*.html"))

_LITERAL = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
# `templatize` makes such calls of a template's marks, and blots out all else.
_CALL = re.compile(rf"\b(_|n?p?gettext)\(({_LITERAL}(?:, {_LITERAL})*)")
_LINE = re.compile(r'^(?:(\w+)(?:\[(\d)\])? )?(".*")$')


class Sentence(NamedTuple):
    """What is looked up: a sentence, its form for many if it has one, and which of its meanings is meant."""

    one: str
    many: str = ""
    context: str = ""


class Entry(NamedTuple):
    """A sentence in another language: in ``said`` its one form, or its forms for one and for many."""

    sentence: Sentence
    said: tuple[str, ...]
    is_a_guess: bool


# --- What is marked ----------------------------------------------------------------------------


def marked() -> set[Sentence]:
    """Every sentence that is marked in our code and templates."""
    code = {sentence for path in modules(*PACKAGES) for sentence in marked_in_code(path)}
    return code | {sentence for path in TEMPLATES for sentence in marked_in_template(path.read_text())}


def marked_in_code(path: Path) -> Iterator[Sentence]:
    for call in calls(path):
        name = ast.unparse(call.func).removesuffix("_lazy").removesuffix("_noop")
        texts = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        if texts:
            yield _sentence(name, texts)


def calls(path: Path) -> Iterator[ast.Call]:
    """The calls that mark a sentence, or look one up that was marked elsewhere."""
    nodes = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))
    return (call for call in nodes if re.fullmatch(r"_|n?p?gettext(_lazy|_noop)?", ast.unparse(call.func)))


def marked_in_template(text: str) -> Iterator[Sentence]:
    for name, literals in _CALL.findall(templatize(text)):
        yield _sentence(name, list(ast.literal_eval(f"[{literals}]")))


def _sentence(name: str, texts: list[str]) -> Sentence:
    context = texts.pop(0) if name in ("pgettext", "npgettext") else ""
    return Sentence(texts[0], texts[1] if name.startswith("n") else "", context)


# --- What is said ------------------------------------------------------------------------------


def entries(po: Path) -> Iterator[Entry]:
    """The entries of a catalogue, its heading aside."""
    for block in po.read_text().split("\n\n"):
        parts = _parts(block)
        if parts.get("msgid"):
            sentence = Sentence(parts["msgid"], parts.get("msgid_plural", ""), parts.get("msgctxt", ""))
            said = tuple(text for word, text in parts.items() if word.startswith("msgstr"))
            yield Entry(sentence, said, re.search(r"^#,.*fuzzy", block, re.MULTILINE) is not None)


def _parts(block: str) -> dict[str, str]:
    """The texts of one entry by their keyword; a text may go on over several lines."""
    parts: dict[str, str] = {}
    for word, number, literal in (found.groups() for found in map(_LINE.match, block.splitlines()) if found):
        key = f"{word}{number or ''}" if word else [*parts][-1]
        parts[key] = parts.get(key, "") + ast.literal_eval(literal)
    return parts
