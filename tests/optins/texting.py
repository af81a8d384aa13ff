"""A person texts one of our senders, for the tests of `receive`: what was understood, and what we owe in answer."""

import itertools

from optins.actions.receive import InboundText, receive
from optins.keywords import Meaning
from optins.models import Notice, Sender, Subscription

ADA, BOB = "+13135550101", "+13135550102"

_serial = itertools.count(1)


def text(sender: Sender | None, body: str, *, number: str = ADA, opt_out_type: str = "", sid: str = "") -> Meaning:
    """What `body` from `number` to `sender` was taken for."""
    assert sender is not None
    sid = sid or f"SM{next(_serial):032x}"
    return receive(
        text=InboundText(number=number, sender=sender, body=body, sid=sid, opt_out_type=opt_out_type)
    ).meaning


def answers(number: str = ADA) -> list[str]:
    """The kinds of answer that we owe a number, oldest first."""
    return list(Notice.objects.filter(number=number).order_by("pk").values_list("kind", flat=True))


def standing(number: str = ADA) -> list[str]:
    """The states of a number's subscriptions, oldest first."""
    return list(Subscription.objects.filter(number=number).order_by("pk").values_list("state", flat=True))
