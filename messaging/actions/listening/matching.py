"""What belongs together: texts as the carrier lists them, and ours."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from messaging.gateway.listing import Listed
from messaging.models import Outbound
from messaging.parts import clean

# The carrier's clock and the database's may differ. An older equal text is one we know, by its SID.
CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)
# What Twilio writes before each text of an account that is not paid for.
_TRIAL: Final = "Sent from your Twilio trial account - "


def is_same(listed: str, ours: str) -> bool:
    """Whether two bodies are one text, whose characters a messaging service may have replaced, or a trial account
    added to."""
    return _plain(listed) == _plain(ours)


def known_to_nobody(listed: Iterable[Listed]) -> list[Listed]:
    """The entries whose SID no text of ours has, in their order."""
    entries = list(listed)
    known = set(Outbound.objects.filter(sid__in=[entry.sid for entry in entries]).values_list("sid", flat=True))
    return [entry for entry in entries if entry.sid not in known]


def _plain(body: str) -> str:
    return " ".join(clean(body.removeprefix(_TRIAL)).split())
