"""The form in which texts and keywords are compared: letters and digits, whatever a phone put around them."""

import re
import string
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

# Deleted rather than turned into a space, so that "don't" stays one word.
_QUOTES = frozenset("'\"`´‘’‚‛“”„‟‹›«»′″＇＂")
# Letters by category that no screen shows: Hangul fillers and Khmer inherent vowels.
_BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5")
_ACCENTS = re.compile(r"(^|[ a-z])[\u0300-\u036f]+")
# Marks on one letter beyond which nothing is read: the Stream-Safe Text Format of Unicode (UAX 15, 13).
_MOST_MARKS = 30
# Letters of Cyrillic and Greek (folded; so by the looks of small or capital form) and small capitals that look Latin:
# unicode.org/Public/security/latest/confusables.txt.
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухѕіјԁһԛԝӏαβεζηικμνορτυχᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ",
    "abekmhopctyxsijdhqwlabezhikmnoptuxabcdefghijklmnoprstuvwyz",
)
_LONG = 1600


@lru_cache(maxsize=4096)
def _spelled(character: str) -> str:
    """What remains of one character: itself, a space that parts words, or nothing at all."""
    if character.isspace():
        return " "
    if character in _QUOTES or character in _BLANK_LETTERS:
        return ""
    category = unicodedata.category(character)
    if category[0] in "LN":
        return character
    if category in ("Mn", "Mc"):
        return "" if unicodedata.name(character, "").startswith("VARIATION SELECTOR") else character
    # Zero-width, control, private and unassigned characters vanish; punctuation and signs part words.
    return "" if category[0] in "CM" else " "


# The same for each character of ASCII, which most texts are made of.
_ASCII = {code: _spelled(chr(code).lower()) for code in range(128)}


def words(text: str) -> list[str]:
    """The folded words of a text, in order; empty for a text without a letter or digit.

    Compatibility forms (full-width, ligatures) become plain, case is dropped, accents are taken off Latin
    letters only (elsewhere a mark can be a different letter), quotes and invisible characters vanish, and
    punctuation separates. Time is linear in the length of the text.
    """
    if text.isascii():
        return text.translate(_ASCII).split()
    if len(text) > _LONG:
        text = "".join(_with_few_marks(text))
    plain = unicodedata.normalize("NFKC", text).casefold()
    spelled = "".join(map(_spelled, unicodedata.normalize("NFKD", plain)))
    return unicodedata.normalize("NFC", _ACCENTS.sub(r"\1", spelled)).split()


def _with_few_marks(text: str) -> Iterator[str]:
    """Normalisation sorts the marks of one letter, in the square of their number."""
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            yield character


def fold(text: str) -> str:
    """The form in which two keywords are compared: the words of the text, run together.

    `fold("Opt-Out") == fold("opt out") == fold("OPTOUT")`. It is also the unique key of a campaign's keyword
    on its sender. Empty when the text holds no letter and no digit.
    """
    return together(words(text))


def in_latin(folded_words: list[str]) -> list[str]:
    """Words that consist of Latin letters and their look-alikes alone, in Latin letters; the others as they are."""
    seen = [word if word.isascii() else word.translate(_LOOK_ALIKES) for word in folded_words]
    return [latin if latin.isascii() else word for word, latin in zip(folded_words, seen, strict=True)]


def together(folded_words: list[str]) -> str:
    """Folded words as one."""
    joined = "".join(folded_words)
    return joined if joined.isascii() else unicodedata.normalize("NFC", joined)


def squeezed(word: str) -> str:
    """A word with each run of one letter as a single one: `stoppp` and `stop` meet. Digits stay as they are."""
    return "".join(letter if letter not in string.digits else "".join(run) for letter, run in groupby(word))
