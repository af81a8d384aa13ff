"""What an inbound text did, in the words of a marketer: how it was read, by which rule, and what followed from it."""

from collections.abc import Mapping
from typing import Final

from messaging.models import Inbound
from optins.keywords import RULES, Meaning
from optins.models import ConsentEvent

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


def reading_in_words(text: Inbound) -> str:
    """How it was read, and by which rule: "Wants no more texts: STOP is a word that every carrier knows"."""
    rule = RULES.get(text.rule, text.rule).rstrip(".")
    return ": ".join(filter(None, (MEANINGS.get(text.meaning, text.meaning), rule)))


def explained(sid: str) -> str:
    """How a text that was taken was read, and what it changed in the ledger, in a line."""
    text = Inbound.objects.get(sid=sid)
    acts = ConsentEvent.objects.of(text.number).filter(inbound_sid=sid).select_related("programme").order_by("id")
    changes = [f"{act.get_action_display()} ({act.programme or 'every text from us'})" for act in acts]
    return f"{reading_in_words(text)}. {'; '.join(changes) or 'Nothing changed'}."
