"""What an inbound text did, in the words of a marketer: how it was read, by which rule, and what followed from it."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from campaigns.language import retold
from messaging.models import Inbound
from optins.keywords import RULES, Meaning
from optins.models import ConsentEvent

MEANINGS: Final[Mapping[str, str]] = {
    Meaning.OPT_OUT: gettext_noop("Wants no more texts"),
    Meaning.HELP: gettext_noop("Asks for help"),
    Meaning.CONFIRM: gettext_noop("Confirms the opt-in"),
    Meaning.RESTORE: gettext_noop("Wants texts again"),
    Meaning.KEYWORD: gettext_noop("Joins a campaign"),
    Meaning.NONE: gettext_noop("Not understood"),
    Meaning.REVIEW: gettext_noop("May want no more texts"),
    "": gettext_noop("Not acted upon"),
}


def meaning_in_words(meaning: str) -> str:
    """What a stored meaning is, in the reader's language; an unknown one stands for itself."""
    return retold(MEANINGS.get(meaning, meaning))


def reading_in_words(text: Inbound) -> str:
    """How it was read, and by which rule: "Wants no more texts: STOP is a word that every carrier knows"."""
    rule = retold(str(RULES.get(text.rule, text.rule))).rstrip(".")
    return ": ".join(filter(None, (meaning_in_words(text.meaning), rule)))


def explained(sid: str) -> str:
    """How a text that was taken was read, and what it changed in the ledger, in a line."""
    text = Inbound.objects.get(sid=sid)
    acts = ConsentEvent.objects.of(text.number).filter(inbound_sid=sid).select_related("programme").order_by("id")
    everything = _("every text from us")
    changes = [f"{act.get_action_display()} ({act.programme or everything})" for act in acts]
    changed = "; ".join(changes) or _("Nothing changed")
    return f"{reading_in_words(text)}. {changed}."
