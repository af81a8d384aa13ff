"""Every marked sentence is said in each language that we speak, wholly, and the compiled catalogue says the same."""

import ast
import re
import struct
from gettext import GNUTranslations
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.catalogue import LOCALE, Entry, Sentence, calls, entries, marked, marked_in_template
from tests.architecture.source import PACKAGES, modules, name_of

OTHERS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[a-z%]|</?\w+|https?://[^\s<\"]+")


def catalogue(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def places(text: str) -> list[str]:
    """What is filled in, and the markup."""
    return sorted(set(PLACE.findall(text)))


def strays(entry: Entry) -> bool:
    """Whether a translation fills in anything else than its English; the form for one may leave the number out."""
    forms = {said: {*places(entry.sentence.one), *places(entry.sentence.many)} for said in entry.said}
    if not entry.sentence.many:
        return any(set(places(said)) != wanted for said, wanted in forms.items())
    return any(not set(places(said)) <= wanted for said, wanted in forms.items()) or (
        places(entry.said[-1]) != places(entry.sentence.many)
    )


def test_every_language_is_one_with_a_catalogue() -> None:
    assert OTHERS
    assert sorted(path.parent.parent.name for path in LOCALE.rglob("*.po")) == sorted(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_every_marked_sentence_is_said(language: str) -> None:
    said = {entry.sentence for entry in entries(catalogue(language)) if all(entry.said)}
    # Asked for without a number, a sentence with two forms gives the one for one.
    said |= {sentence._replace(many="") for sentence in said}
    assert sorted(marked() - said) == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_is_kept_that_nobody_says(language: str) -> None:
    kept = [entry.sentence for entry in entries(catalogue(language))]
    assert sorted(set(kept) - marked()) == []
    assert len(kept) == len(set(kept))


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [entry.sentence.one for entry in entries(catalogue(language)) if entry.is_a_guess] == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_fills_in_what_its_sentence_does(language: str) -> None:
    assert [entry for entry in entries(catalogue(language)) if strays(entry)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_compiled_catalogue_is_the_one_to_read(language: str) -> None:
    source = list(entries(catalogue(language)))
    compiled = catalogue(language).with_suffix(".mo").read_bytes()
    # The heading is one more; the count stands in the third word of the file.
    assert struct.unpack_from("<I", compiled, 8) == (len(source) + 1,)
    with catalogue(language).with_suffix(".mo").open("rb") as file:
        translations = GNUTranslations(file)
    assert [entry for entry in source if spoken(translations, entry.sentence) != entry.said] == []


def spoken(translations: GNUTranslations, sentence: Sentence) -> tuple[str, ...]:
    one, many, context = sentence
    if many:
        forms = (translations.npgettext(context, one, many, n) if context else translations.ngettext(one, many, n)
                 for n in (1, 2))  # fmt: skip
        return tuple(forms)
    return (translations.pgettext(context, one) if context else translations.gettext(one),)


@pytest.mark.parametrize("path", modules(*PACKAGES), ids=name_of)
def test_a_mark_holds_a_plain_sentence(path: Path) -> None:
    """What is filled in before the sentence is looked up is in no catalogue."""
    filled = (ast.JoinedStr, ast.BinOp)
    assert [ast.unparse(call) for call in calls(path) if any(isinstance(word, filled) for word in call.args)] == []


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ('<a title="{% translate "It\'s" %}">', Sentence("It's")),
        ('{% translate "May" context "month" %}', Sentence("May", context="month")),
        ('{{ name|default:_("nobody") }}', Sentence("nobody")),
        ("{% blocktranslate trimmed with n=m %}\n All {{ n }}\n {% endblocktranslate %}", Sentence("All %(n)s")),
        ("{% blocktranslate count n=m %}One{% plural %}{{ n }}{% endblocktranslate %}", Sentence("One", "%(n)s")),
    ],
)
def test_marks_in_templates_are_recognised(template: str, sentence: Sentence) -> None:
    assert list(marked_in_template("{% load i18n %}" + template)) == [sentence]
