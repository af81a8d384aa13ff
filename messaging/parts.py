"""How a text is billed: its encoding, its parts, and the characters that make it dear.

Source: 3GPP TS 23.038 (the GSM 7-bit alphabet) and TS 23.040 (concatenation). A text in GSM-7 holds 160
septets alone or 153 in each of several parts; one character outside that alphabet turns the whole text into
UCS-2, with 70 or 67 UTF-16 code units. Characters of two units are never split between two parts.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

MAX_LENGTH: Final = 1600
"""Characters that Twilio takes in one body (twilio.com/docs/api/errors/21617)."""

MAX_PARTS: Final = 10
"""Parts that carriers are known to put together again."""

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = "\f^{}\\[~]|€"

_ALL_BASIC: Final = re.compile(f"[{re.escape(_BASIC)}]*")
_ALL_GSM: Final = re.compile(f"[{re.escape(_BASIC + _EXTENSION)}]*")
_EXTENDED: Final = re.compile(f"[{re.escape(_EXTENSION)}]")
_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")

# Marks the first unit of a character of two. A lone surrogate never stands in a text that can be sent.
_FIRST_HALF: Final = "\ud800"
_AS_TWO: Final = _FIRST_HALF + r"\g<0>"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a text costs on the wire.

    `units` are septets (GSM-7) or UTF-16 code units (UCS-2); `left` are those still free in the last part and
    `per_part` is what each part of this text holds. An empty text has no parts.
    """

    encoding: Encoding
    units: int
    parts: int
    left: int
    per_part: int


@dataclass(frozen=True, slots=True)
class Offender:
    """A character that forces UCS-2: where it stands (in code points) and what `clean` would write for it.

    `replacement` is "" for an invisible character that can go, None when nothing says the same.
    """

    character: str
    index: int
    replacement: str | None
    name: str


def count(text: str) -> Parts:
    """Count the parts of `text`, exactly as carriers bill them."""
    if _ALL_BASIC.fullmatch(text):  # nearly every text, and the path that a million renderings take
        return _packed("GSM-7", text, 160, 153)
    if _ALL_GSM.fullmatch(text):
        return _packed("GSM-7", _EXTENDED.sub(_AS_TWO, text), 160, 153)
    return _packed("UCS-2", _ASTRAL.sub(_AS_TWO, text), 70, 67)


def fits(text: str) -> bool:
    """Whether `text` can be sent: MAX_PARTS parts at most, always less than MAX_LENGTH."""
    return count(text).parts <= MAX_PARTS


def offenders(text: str) -> list[Offender]:
    """Every character of `text` that GSM-7 lacks, in order. A letter with combining accents counts as one."""
    return [
        Offender(found, match.start(), _replacement(found), _name(found))
        for match in _CHARACTER.finditer(text)
        if not _ALL_GSM.fullmatch(found := match.group())
    ]


def clean(text: str) -> str:
    """`text` with typographic and invisible characters in GSM-7's own, letters and meaning untouched.

    What GSM-7 cannot hold at all (an emoji, another script) keeps the text in UCS-2. Then only changes that
    cost nothing are made, and joiners stay, since emoji and scripts are built with them. Never adds a part.
    """
    gentle = text.translate(_HARMLESS).replace("\r\n", "\n").replace("\r", "\n")
    gentle = _DECOMPOSED.sub(lambda letter: _composed(letter.group()), gentle)
    plain = gentle.translate(_REPLACEMENTS)
    if _ALL_GSM.fullmatch(plain) and count(plain).parts <= count(text).parts:
        return plain
    return gentle


def _packed(encoding: Encoding, units: str, alone: int, joined: int) -> Parts:
    """Cut `units` greedily into parts; a character of two units moves to the next part whole."""
    if len(units) <= alone:
        return Parts(encoding, len(units), 1 if units else 0, alone - len(units), alone)
    parts, start = 1, 0
    while len(units) - start > joined:
        start += joined - (units[start + joined - 1] == _FIRST_HALF)
        parts += 1
    return Parts(encoding, len(units), parts, joined - (len(units) - start), joined)


def _replacement(character: str) -> str | None:
    plain = _composed(character).translate(_REPLACEMENTS)
    return plain if _ALL_GSM.fullmatch(plain) else None


def _composed(cluster: str) -> str:
    return unicodedata.normalize("NFC", cluster)


def _name(character: str) -> str:
    """The Unicode name; of a character without one (a control), its code point."""
    return " + ".join(unicodedata.name(c, f"U+{ord(c):04X}") for c in character)


# A Latin letter with combining accents, as some keyboards write it. Left out are the four accents whose
# composition is longer than they are.
_DECOMPOSED: Final = re.compile(r"[A-Za-z][\u0300-\u033f\u0342\u0345-\u036f]+")
_CHARACTER: Final = re.compile(rf"{_DECOMPOSED.pattern}|.", re.DOTALL)


def _each(characters: str, replacement: str) -> dict[int, str]:
    return dict.fromkeys(map(ord, characters), replacement)


# One character for one, or nothing: these never make a text longer, whatever its encoding. Superscripts and
# fractions are left alone on purpose: "10²" is not "102", "1½" is not "11/2".
_HARMLESS: Final[dict[int, str]] = {
    # Controls that no handset shows; those that mean a space or a new line follow below.
    **{code: "" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\f\r"},
    **_each("‘’‚‛′‵ʹʻʼʽˈ`´ˊˋ＇｀", "'"),
    **_each("“”„‟″‶ʺ«»〝〞＂", '"'),
    **_each("‹", "<"),
    **_each("›", ">"),
    **_each("‐‑‒–—―−⁃﹘﹣", "-"),
    **_each("•‣∙●∗⁎", "*"),
    **_each("·․", "."),
    **_each("⁄∕", "/"),
    **_each("×", "x"),
    **_each("\t\u00a0\u1680\u202f\u205f\u3000", " "),
    **dict.fromkeys(range(0x2000, 0x200B), " "),
    **_each("\v\x1c\x1d\x1e\x85\u2028\u2029", "\n"),
    **_each("\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff", ""),
    # Full-width forms of ASCII.
    **{0xFEE0 + code: chr(code) for code in range(0x21, 0x7F) if chr(code) not in "\"'`"},
}

# These lengthen a text or undo a joined character: worth it only when the whole text becomes GSM-7 by it.
_REPLACEMENTS: Final[dict[int, str]] = {
    **_HARMLESS,
    **_each("…⋯", "..."),
    **_each("‥", ".."),
    **_each("‼", "!!"),
    **_each("⁇", "??"),
    **_each("™", "TM"),
    **_each("©", "(c)"),
    **_each("®", "(R)"),
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)},  # ﬀ ﬁ ﬂ ﬃ ﬄ ﬅ ﬆ
    # Joiners, direction marks and variation selectors.
    **_each("\u034f\u061c\u200c\u200d\u200e\u200f", ""),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFE00, 0xFE10)), ""),
}
