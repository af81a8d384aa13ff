"""Where a person is, as far as is known: the states whose law may apply and the time zones they may be in.

What the profile says goes before what the number says: people move and keep their numbers. What nobody says is
not guessed: a place of which the state is unknown falls under every state of its country, and one of which the
zone is unknown is in all its zones at once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, timezone
from phonenumbers.tzdata import TIMEZONE_DATA

from campaigns.phone import country as country_of
from campaigns.timing import is_zone

AREA_CODE_LENGTH: Final = len("+1313")
PREFIX_LENGTH: Final = len("+491511234")
"""How much of a number outside North America tells of its zones: the longest prefix of the table, and the plus."""

# Places with area codes of their own under the law of the United States, and too far off to count among the
# zones in which somebody "somewhere in the country" may be.
_TERRITORIES: Final = frozenset({"PR", "VI", "GU", "AS", "MP"})


@dataclass(frozen=True, slots=True)
class Place:
    """`states` as ``US-FL``, of which each one's law may apply; empty when none is known. `zones` are IANA names.

    `because` tells what the zones were read from, `state_because` the same of the states.
    """

    country: str
    states: frozenset[str]
    zones: frozenset[str]
    because: str
    state_because: str


class Known(NamedTuple):
    """What is on file of a person. Blank is unknown; `number` is E.164, of which the beginning is enough."""

    number: str
    time_zone: str = ""
    country: str = ""
    state: str = ""
    postal_code: str = ""


PLACE_FIELDS: Final = ("time_zone", "country", "state", "postal_code")
"""The fields of a customer's profile that tell a place, in the order of `Known`."""


@dataclass(frozen=True, slots=True)
class _Region:
    name: str
    zones: frozenset[str]
    postal: Sequence[str]
    area_codes: Sequence[str]


def _read() -> Mapping[str, _Region]:
    rows: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "regions.json").read_text())
    return {
        code: _Region(row["name"], frozenset(row["zones"]), row.get("postal", ()), row.get("area_codes", ()))
        for code, row in rows.items()
    }


_REGIONS: Final = _read()
_BY_NAME: Final = {(code[:2], word.casefold()): code for code, at in _REGIONS.items() for word in (at.name, code[3:])}
_BY_POSTAL: Final = {(code[:2], prefix): code for code, at in _REGIONS.items() for prefix in at.postal}
_BY_AREA: Final = {area: frozenset(c for c, at in _REGIONS.items() if area in at.area_codes)
                   for region in _REGIONS.values() for area in region.area_codes}  # fmt: skip


def region_name(code: str) -> str:
    """``Florida`` for ``US-FL``; a code that we do not know stands for itself."""
    return _REGIONS[code].name if code in _REGIONS else code


def dialled_country(number: str) -> str:
    """``PR`` for ``+1787…``: whose numbering plan a number is of, by its first five characters; blank for none."""
    return _dialled(number[:5])


@cache
def _dialled(beginning: str) -> str:
    if beginning.startswith("+1"):
        return country_of(f"{beginning}2345678") or "US"
    codes = (
        COUNTRY_CODE_TO_REGION_CODE.get(int(beginning[1:end])) for end in (4, 3, 2) if beginning[1:end].isdecimal()
    )
    return next((regions[0] for regions in codes if regions), "")


def place_of(known: Known) -> Place:
    """The place of a person: time zone of the profile, else state or postal code, else number, else unknown."""
    north_american = known.number.startswith("+1")
    prefix = known.number[: AREA_CODE_LENGTH if north_american else PREFIX_LENGTH]
    return _place(prefix, known.time_zone, known.country, known.state.strip().casefold(), _postal(known.postal_code))


def _postal(code: str) -> str:
    return "".join(code.split()).upper()[:5]


@lru_cache(maxsize=200_000)
def _place(prefix: str, time_zone: str, country: str, state: str, postal: str) -> Place:
    by_number = _BY_AREA.get(prefix[2:], frozenset()) if prefix.startswith("+1") else frozenset[str]()
    country = _country(country) or _country_of_number(prefix, by_number)
    own_zone = frozenset({time_zone}) if is_zone(time_zone) else frozenset[str]()
    states, state_because = _states(country, state, postal, by_number, own_zone)
    profile_state = states if state_because in ("state", "postal code") else frozenset[str]()
    for zones, because in (
        (own_zone, "time zone"),
        (frozenset().union(*(_REGIONS[code].zones for code in profile_state)), state_because),
        (_zones_of_number(prefix), "number"),
    ):
        if zones:
            return Place(country, states, zones, because, state_because)
    return Place(country, states, _zones_of_country(country), "country", state_because)


def _states(
    country: str, state: str, postal: str, by_number: frozenset[str], own_zone: frozenset[str]
) -> tuple[frozenset[str], str]:
    """The states that may be a person's, and what says so; none when nothing does."""
    named = _BY_NAME.get((country, state.removeprefix(f"{country.casefold()}-")))
    if named:
        return frozenset({named}), "state"
    for length in range(len(postal), 0, -1):
        coded = _BY_POSTAL.get((country, postal[:length]))
        if coded:
            return frozenset({coded}), "postal code"
    at_home = frozenset(code for code in by_number if code[:2] == country)
    # Somebody whose clock is not one of the area code's moved away and kept the number.
    if at_home and (not own_zone or own_zone & frozenset().union(*(_REGIONS[code].zones for code in at_home))):
        return at_home, "number"
    return frozenset(), "unknown"


def _country(code: str) -> str:
    return "US" if code in _TERRITORIES else code


def _country_of_number(prefix: str, states: frozenset[str]) -> str:
    """The country whose law the number points to; blank for none."""
    if states:
        return min(states)[:2]
    return _country(dialled_country(prefix))


@cache
def _zones_of_number(prefix: str) -> frozenset[str]:
    """Every zone of the number's area. Numbers move within an area code, so that what follows it says nothing."""
    if prefix.startswith("+1"):
        area = prefix[1:]
        return frozenset(zone for key, zones in TIMEZONE_DATA.items() if key.startswith(area) for zone in zones)
    for length in range(len(prefix), 1, -1):
        zones = TIMEZONE_DATA.get(prefix[1:length])
        if zones:
            return frozenset(zones) - {timezone.UNKNOWN_TIMEZONE}
    return frozenset()


@cache
def _zones_of_country(country: str) -> frozenset[str]:
    at_home = (at.zones for code, at in _REGIONS.items() if code[:2] == country and code[3:] not in _TERRITORIES)
    return frozenset().union(*at_home)
