"""What the tests of recovery share: one person's text, time that has passed, and waiting for what happens beside."""

import datetime as dt
import time
from collections.abc import Callable, Mapping

from django.db.models import F

from campaigns.models import Customer
from messaging.actions.listening.reconciling import reconcile
from messaging.actions.runs.lifecycle import start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.actions.sending.settling import settle
from messaging.gateway.outcomes import Accepted
from messaging.models import MessagingCampaign, Outbound, Run
from optins.models import Sender
from tests import factories

ADA, BOB = "+13135550101", "+13135550102"
BODY = "Sale today"


def campaign_to(sender: Sender, *numbers: str, body: str = BODY) -> MessagingCampaign:
    """A campaign whose one text is due now to each of these numbers."""
    programme = factories.opt_in_campaign(sender=sender)
    for number in numbers:
        person = Customer.objects.filter(phone_numbers__number=number).first() or factories.customer(numbers=[number])
        factories.subscription(programme, person)
    launched = factories.messaging_campaign(factories.scheduled(programme, body))
    start_due()
    return launched


def taken(run: Run) -> None:
    """The carrier took every text of a run."""
    texts = claim_recipients(run=run, parts=1_000).texts
    answers = [(text, Accepted(f"SM{place:032x}", "queued", 1)) for place, text in enumerate(texts)]
    settle(sender=run.sender, answers=answers, run=run)


def later(seconds: float) -> None:
    """As if this much time had passed since everything that happened to texts."""
    moments = ("claimed_at", "leased_until", "ask_at", "due_at")
    passed = dt.timedelta(seconds=seconds)
    Outbound.objects.update(**{moment: F(moment) - passed for moment in moments})


def reconcile_to_the_end() -> Mapping[str, int]:
    """Ask as often as it takes until every uncertain text may be settled. Returns the last asking's findings."""
    reconcile()
    later(600)
    return reconcile()


def wait_until(true: Callable[[], object], seconds: float = 20) -> None:
    """Return once it is true; fail when it has not become so for long."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "What was waited for did not happen."
        time.sleep(0.02)
