"""A language that does not exist, in which every sentence of a catalogue is itself between brackets."""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from django.apps import apps
from django.conf import locale

from tests.architecture.catalogue import LOCALE, Sentence, entries

CODE: Final = "io"
"""Ido: Django knows its name, as the switch of languages must."""

# A list of words that a filter takes apart.
_TAKEN_APART: Final = "yes,no,maybe"
_HEADING: Final = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
_MAGIC: Final = 0x950412DE
_READ_ALOUD: Final = frozenset({"title", "aria-label", "placeholder", "alt", "label"})
# What stands in a text area was typed.
_UNSEEN: Final = frozenset({"script", "style", "textarea"})
_NEVER_CLOSED: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
)


# --- Its catalogue -----------------------------------------------------------------------------


def write_catalogue(folder: Path) -> None:
    """Under `folder`, for LOCALE_PATHS: every sentence that we, Django or a library in use have in Spanish."""
    file = folder / CODE / "LC_MESSAGES" / "django.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(_compiled(_sentences()))


def _sentences() -> Iterator[Sentence]:
    homes = [LOCALE, Path(locale.__file__).parent, *(Path(app.path) / "locale" for app in apps.get_app_configs())]
    for po in (home / "es" / "LC_MESSAGES" / "django.po" for home in homes):
        if po.exists():
            yield from (entry.sentence for entry in entries(po) if entry.sentence.one != _TAKEN_APART)


def _compiled(sentences: Iterable[Sentence]) -> bytes:
    """The format of a compiled catalogue: gnu.org/software/gettext/manual/html_node/MO-Files.html."""
    said = {"": _HEADING, **{_key(sentence): _bracketed(sentence) for sentence in sentences}}
    pairs = sorted((key.encode(), text.encode()) for key, text in said.items())
    originals = 28
    translations = originals + 8 * len(pairs)
    tables, strings = {0: b"", 1: b""}, b""
    for column in tables:
        for pair in pairs:
            place = translations + 8 * len(pairs) + len(strings)
            tables[column] += struct.pack("<II", len(pair[column]), place)
            strings += pair[column] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, len(pairs), originals, translations, 0, translations + 8 * len(pairs))
    return head + tables[0] + tables[1] + strings


def _key(sentence: Sentence) -> str:
    key = f"{sentence.context}\4{sentence.one}" if sentence.context else sentence.one
    return f"{key}\0{sentence.many}" if sentence.many else key


def _bracketed(sentence: Sentence) -> str:
    return f"⟦{sentence.one}⟧\0⟦{sentence.many}⟧" if sentence.many else f"⟦{sentence.one}⟧"


# --- What a page says without it ---------------------------------------------------------------


def loose(html: str) -> list[str]:
    """What is read on a page, or read aloud, and stands in no brackets."""
    page = _Page()
    page.feed(html)
    return [text for text in map(str.strip, page.loose) if text]


class _Page(HTMLParser):
    """A sentence in brackets may go on over several elements."""

    def __init__(self) -> None:
        super().__init__()
        self.loose: list[str] = []
        self._depth = 0
        self._hidden: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _NEVER_CLOSED:
            self._hidden.append(tag in _UNSEEN or _is_apart(given))
        aloud = [text for name, text in given.items() if name in _READ_ALOUD or name.startswith("data-said")]
        self.loose += map(_outside, aloud)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _NEVER_CLOSED and self._hidden:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if any(self._hidden):
            return
        outside = ""
        for character in data:
            self._depth += (character == "⟦") - (character == "⟧")
            outside += character if self._depth == 0 else " "
        self.loose.append(outside.replace("⟧", " "))


def _is_apart(given: Mapping[str, str]) -> bool:
    """What says itself to be in another language, such as a text to customers; and the name of an icon."""
    return given.get("lang", CODE) != CODE or "material-symbols-outlined" in given.get("class", "")


def _outside(text: str) -> str:
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    return text
