"""What an inbound text did, in the words of a marketer: how it was read, by which rule."""

from collections.abc import Mapping
from typing import Final

from optins.keywords import Meaning

MEANINGS: Final[Mapping[str, str]] = {
    Meaning.OPT_OUT: "Wants no more texts",
    Meaning.HELP: "Asks for help",
    Meaning.CONFIRM: "Confirms the opt-in",
    Meaning.RESTORE: "Wants texts again",
    Meaning.KEYWORD: "Joins a campaign",
    Meaning.NONE: "Not understood",
    Meaning.REVIEW: "May want no more texts",
    "": "Not acted upon",
}
