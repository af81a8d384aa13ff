"""Starting texts for the messages of opt-ins, after the guide's samples, and what such a text may not hold.

A sample has gaps in braces, ``{Message frequency}``, that a marketer fills in. The rules behind the samples:
program name, frequency, "Msg&data rates may apply", HELP and STOP (CTIA Messaging Principles 5.1).
"""

import re
from typing import Final

from campaigns.language import gettext as _

MAX_LENGTH: Final = 1600
"""Characters that one message may have: twilio.com/docs/api/errors/21617."""

WELCOME: Final = (
    "Welcome to {Description} Alerts! Msg&data rates may apply. {Message frequency} "
    "Reply HELP for help, STOP to cancel."
)
HELP: Final = (
    "This is {Description} Alerts. {Message frequency} Reply STOP to cancel. For further information go to {website}."
)
OPT_OUT: Final = (
    "This is {Description} Alerts. You have now been opted out. Reply START to opt back in. "
    "For further information go to {website}."
)
_NO_MATCH: Final = (
    "Sorry, we did not understand that. For more information please reply %s to subscribe, HELP, or to stop: %s."
)
_GAP: Final = re.compile(r"\{+\s*([^{}]*?)\s*\}+")


def no_match_sample(opt_out_words: list[str]) -> str:
    """The answer to a text that nothing matches; the first opt-out words are named."""
    return _NO_MATCH % ("{your keywords}", ", ".join(opt_out_words[:3]) or "STOP")


def ask_for_yes_sample(programme: str) -> str:
    """What a double opt-in asks, whole as it stands: naming the programme suffices."""
    return (
        f"{programme}: reply YES to confirm that you want our texts. Msg frequency varies. Msg&data rates may apply. "
        "Reply HELP for help, STOP to cancel."
    )


def problem(text: str) -> str | None:
    """Why a text cannot be sent as it stands, as a sentence; None when it can."""
    gap = _GAP.search(text)
    if gap:
        return _("Fill in %(gap)s first: people would receive it as it stands here.") % {"gap": gap.group(0)}
    if len(text) > MAX_LENGTH:
        long = _("This has %(count)s characters. One message may have %(most)s at most.")
        return long % {"count": f"{len(text):,}", "most": f"{MAX_LENGTH:,}"}
    return None
