"""Tests of a message to the phones of staff: the same way to the carrier, and no part of any figure."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from campaigns.actions.audit import record
from campaigns.actors import Actor
from campaigns.bell import ring_after_commit
from campaigns.models import Customer
from campaigns.phone import mask
from campaigns.refusals import Refused
from messaging import rendering
from messaging.actions.runs.outbox import SEND_DUE
from messaging.models import Outbound, SmsMessage, TestText
from messaging.queries import merge_values
from optins.models import Sender, StaffNumber

TEST_PERMISSION: Final = "messaging.send_test"
_HOUR: Final = dt.timedelta(hours=1)


@transaction.atomic
def send_test(*, message: SmsMessage, customer: Customer, to: Collection[int], by: Actor) -> Sequence[TestText]:
    """Text a message to verified phones of staff (ids of StaffNumber), with the data of `customer`, exactly as it is.

    What it costs is the carrier's price; at most `TESTS_PER_HOUR` an hour from one person. Raises Refused,
    PermissionDenied.
    """
    by.require(TEST_PERMISSION)
    sender = message.sender
    if sender is None or not message.body.strip():
        raise Refused("missing_data", _("Choose a target phone number and write the message first."))
    phones = list(StaffNumber.objects.filter(pk__in=to, verified_at__isnull=False).order_by("pk"))
    if not phones:
        raise Refused("no_phone", _("Choose at least one verified phone."), field="to")
    _refuse_too_many(len(phones), by)
    body = _as_read(message, customer)
    sent = [_write(message, customer, sender, phone.number, body, by) for phone in phones]
    record(by=by, act="message.test", of=message, to=[mask(phone.number) for phone in phones])
    ring_after_commit(SEND_DUE)
    return sent


def _refuse_too_many(wanted: int, by: Actor) -> None:
    """Counted under the account's lock, so that two clicks are counted one after the other."""
    if by.user_id is None:
        raise Refused("not_a_person", _("Only a person who is signed in can send tests."))
    User.objects.select_for_update(no_key=True).get(pk=by.user_id)
    lately = TestText.objects.filter(sent_by=by.user_id, sent_at__gt=Now() - _HOUR).count()
    if lately + wanted > settings.TESTS_PER_HOUR:
        said = _("At most %(most)s tests an hour: %(lately)s were sent. Wait, or choose fewer phones.")
        raise Refused("too_many_requests", said % {"most": settings.TESTS_PER_HOUR, "lately": lately})


def _as_read(message: SmsMessage, customer: Customer) -> str:
    try:
        return rendering.compile(message.text).render(merge_values(customer))
    except rendering.TemplateError as problem:
        mend = _("Mend it on Creative.")
        raise Refused("bad_text", f"{problem} {mend}") from None
    except rendering.MissingValue as lacking:
        said = _("%(person)s has no value for “%(field)s”, and would be left out. Choose somebody else.")
        raise Refused("missing_value", said % {"person": customer, "field": lacking.field}, field="person") from None


def _write(message: SmsMessage, customer: Customer, sender: Sender, number: str, body: str, by: Actor) -> TestText:
    """The text is staff's and not the customer's: it leads to no person, and to no run."""
    outbound = Outbound.objects.create(
        kind=Outbound.Kind.TEST, campaign_id=message.campaign_id, number=number, sender=sender, body=body
    )
    return TestText.objects.create(
        message=message, outbound=outbound, customer=customer, sent_by_id=by.user_id, sent_label=by.label
    )
