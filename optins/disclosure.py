"""What a person is shown before they give their number on a public page (47 CFR 64.1200(f)(9))."""

import re
from typing import Final

_FREQUENCY: Final = re.compile(
    r"[^.!?:;,\n]*\b(?:msgs?|messages?|texts?)\b\W{0,3}(?:/|per|a|each|every)\W{0,2}"
    r"(?:day|week|month|mo|year)\b",
    re.IGNORECASE,
)
_UNKNOWN_FREQUENCY: Final = "Message frequency varies"


def disclosure(*, programme: str, welcome: str) -> str:
    """The sentence beside the box to tick. How often texts come is taken from the welcome message, if it says."""
    return (
        f"By ticking this box I agree to receive recurring automated marketing text messages from {programme} "
        f"at the number I entered. {_frequency(welcome)}. Consent is not a condition of purchase. "
        "Msg & data rates may apply. Reply HELP for help, STOP to cancel."
    )


def _frequency(welcome: str) -> str:
    found = _FREQUENCY.search(welcome)
    if found is None:
        return _UNKNOWN_FREQUENCY
    said = found[0].strip()
    return said[0].upper() + said[1:]
