"""Phone numbers as a carrier reads them: E.164, North American ten digits, short codes."""

import re

_E164 = re.compile(r"\+[1-9]\d{7,14}")
_NORTH_AMERICAN = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
_SHORT_CODE = re.compile(r"\d{5,6}")
_PUNCTUATION = re.compile(r"[\s().-]")

# Enough places for a demo; other numbers arrive without a place, as Twilio's often do.
_PLACES = {
    "206": ("SEATTLE", "WA", "98101"),
    "212": ("NEW YORK", "NY", "10001"),
    "213": ("LOS ANGELES", "CA", "90012"),
    "305": ("MIAMI", "FL", "33128"),
    "312": ("CHICAGO", "IL", "60601"),
    "313": ("DETROIT", "MI", "48226"),
    "415": ("SAN FRANCISCO", "CA", "94102"),
    "512": ("AUSTIN", "TX", "78701"),
    "617": ("BOSTON", "MA", "02108"),
    "646": ("NEW YORK", "NY", "10001"),
    "872": ("CHICAGO", "IL", "60601"),
}


def normalised(raw: str) -> str | None:
    """The E.164 form of a handset's number, or None. Ten digits are read as North American."""
    digits = _PUNCTUATION.sub("", raw)
    if re.fullmatch(r"[2-9]\d{9}", digits):
        digits = f"+1{digits}"
    elif re.fullmatch(r"1[2-9]\d{9}", digits):
        digits = f"+{digits}"
    pattern = _NORTH_AMERICAN if digits.startswith("+1") else _E164
    return digits if pattern.fullmatch(digits) else None


def is_sender_shaped(raw: str) -> bool:
    """Whether this could be a sender at all: a phone number or a short code."""
    return normalised(raw) is not None or _SHORT_CODE.fullmatch(raw) is not None


def place(address: str) -> dict[str, str]:
    """City, State, Zip and Country of a number as far as they follow from it; blank where unknown."""
    north_american = address.startswith("+1")
    city, state, code = _PLACES.get(address[2:5], ("", "", "")) if north_american else ("", "", "")
    country = "US" if north_american or _SHORT_CODE.fullmatch(address) else ""
    return {"City": city, "State": state, "Zip": code, "Country": country}
