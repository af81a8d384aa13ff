"""The text that brings a code, and what an app may put in front of it."""

import re
import unicodedata
from typing import Final

LONGEST_PREFIX: Final = 60
MASK: Final = "•"

# "acme.com", "https:", "a@b.co": anything a phone would turn into a link. The dots of other scripts count:
# NFKC turns full-width ones into ".", and browsers take the ideographic one for it.
_LINK: Final = re.compile(r"://|\bwww\.|\S[.。][^\W\d_]{2,}|@", re.IGNORECASE)
# A second number beside the code could pass for it, or be one to call.
_NUMBER: Final = re.compile(r"\d{4,}")


def prefix_problem(prefix: str) -> str | None:
    """Why an app may not put this in front of a code, as a sentence; None when it may.

    Texts that carry codes are trusted, which makes their beginning a tool for phishing.
    """
    plain = unicodedata.normalize("NFKC", prefix)
    if len(prefix) > LONGEST_PREFIX:
        return f"message_text may have {LONGEST_PREFIX} characters at most; this has {len(prefix)}."
    if not all(character.isprintable() for character in prefix):
        return "message_text holds a line break or a character that cannot be printed. Send one plain line."
    if _LINK.search(plain):
        return "message_text holds a link or an address. A text that brings a code must not."
    if _NUMBER.search(plain):
        return "message_text holds a number of four digits or more, which could pass for the code. Leave it out."
    return None


def code_text(*, code: str, prefix: str, programme: str, minutes: int) -> str:
    """`Your Spring offers code is 123456. It works for 10 minutes. Do not share it.`

    A prefix that an app chose takes the place of the beginning.
    """
    beginning = prefix.strip() or f"Your {programme} code is"
    lasts = f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{beginning} {code}. It works for {lasts}. Do not share it."


def masked(code: str) -> str:
    """As many dots as the code has digits, for logs and screens."""
    return MASK * len(code)
