"""What the tests of screens share: messages posted as a browser posts them."""

import datetime as dt
import re
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from messaging.models import SmsMessage


def page(name: str, *args: object) -> str:
    """The address of a page of the dashboard."""
    return reverse(f"admin:{name}", args=args)


def typed(**fields: Any) -> dict[str, Any]:
    """A message's form as posted: scheduled for the day after tomorrow, without number and preference."""
    day = timezone.localdate() + dt.timedelta(days=2)
    return {
        "name": "Early access", "delivery": "scheduled", "scheduled_for_0": f"{day}", "scheduled_for_1": "10:00",
        "time_zone": "America/New_York", "event_name": "", "delay_amount": "0", "delay_unit": "minutes",
        "body": "Hello", "notes": "", "tab": "setup", **fields,
    }  # fmt: skip


def add(client: Client, campaign_id: int, **fields: Any) -> Any:
    """Post a new message to a campaign."""
    return client.post(f"{page('messaging_smsmessage_add')}?campaign={campaign_id}", typed(**fields))


def only_message() -> SmsMessage:
    return SmsMessage.objects.get()


def looked_at(client: Client, address: str) -> str:
    """A review page once its texts are rendered, which the page asks for by itself when it is shown."""
    shown = client.get(address, follow=True).text
    return client.post(address, {"count": "yes"}, follow=True).text if "data-at-once" in shown else shown


def reviewed(client: Client, address: str, **typed: str) -> Any:
    """Look at a review page, tick all that is to be seen, leave the ceilings that it proposes, and press a button.

    `act` is which button, where there are several. Returns the answer, redirects followed.
    """
    looked = looked_at(client, address)
    marks = dict(re.findall(r'name="(mark-\d+)" value="(\w+)"', looked))
    boxes = dict.fromkeys(re.findall(r'name="(accept-[\w-]+)"', looked), "on")
    ceilings = dict(re.findall(r'name="(ceiling-\d+)".*? value="([\d.]+)"', looked))
    return client.post(address, {**marks, **boxes, **ceilings, **typed}, follow=True)
