"""What a STOP does, however it was said: in one word, in a sentence, or as a person on our side read it."""

from typing import Final

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from optins import queries
from optins.actions import ledger
from optins.actions.ledger import Evidence
from optins.models import OptOutReview, Sender, Suppression

# Stored in English; its page shows it in the reader's language.
_SINCE: Final = gettext_noop("The number was opted out since.")


def stop_number(*, number: str, sender: Sender, evidence: Evidence, carrier_blocks: bool) -> None:
    """End the number's subscriptions and suppress it, as `STOP_SCOPE` says, in the caller's transaction and lock.

    `carrier_blocks`: whether the carrier blocks the pair too. A START on that sender restores what this ended.
    """
    brand_wide = settings.STOP_SCOPE == "brand"
    ended = Q() if brand_wide else queries.in_scope(sender, "programme__options__sender")
    ledger.opt_out(subscriptions=ended, number=number, evidence=evidence, stopped_on=sender.scope)
    suppressed = [None] if brand_wide else []
    # The carrier's block lasts until a START here, whatever is lifted elsewhere.
    here = [sender.scope] if carrier_blocks or not brand_wide else []
    for blocked in (*suppressed, *here):
        ledger.suppress(number=number, sender=blocked, reason=Suppression.Reason.STOP, evidence=evidence)
    settle_reviews(number=number)


def settle_reviews(*, number: str) -> None:
    """The number is opted out: nobody has to decide about its texts any more."""
    waiting = OptOutReview.objects.filter(number=number, state=OptOutReview.State.WAITING)
    waiting.update(state=OptOutReview.State.OPTED_OUT, decided_at=Now(), reason=_SINCE)
