"""Who answers, against the simulated carrier: the handset gets one answer, or a silence that we can explain."""

from collections import Counter

import pytest

from messaging.simulator.accounts import JAN_SERVICE
from optins.keywords import SenderKind
from optins.models import Sender
from tests import factories
from tests.fixtures.product import LONG_CODE, SHORT_CODE, Product

pytestmark = pytest.mark.django_db(transaction=True)

TOLL_FREE, POOLED = "+18335550142", "+13125550166"
WORDS = ("STOP", "please stop", "HELP", "START", "YES", "SPRING", "hello?")
# What the person had texted before.
BEFORE = {
    "new": (),
    "joined": ("SPRING",),
    "asked": ("DOUBLE",),
    "stopped": ("SPRING", "STOP"),
    "stopped in other words": ("SPRING", "please stop"),
}
CELLS = [(before, word) for before in ("new", "asked", "stopped") for word in WORDS] + [
    ("joined", "STOP"),
    ("joined", "please stop"),
    ("stopped in other words", "START"),
    ("stopped in other words", "SPRING"),
    ("stopped in other words", "hello?"),
]
# A stopped number hears nothing but what it asks for: no “no match”, and no YES that restores nothing.
QUIET = {("stopped", "YES"), ("stopped", "hello?"), ("stopped in other words", "hello?")}
# Where the carrier blocks, it repeats no STOP and gives no HELP, and only START lifts: what joins is recorded.
BLOCKED = {("stopped", word) for word in ("STOP", "HELP", "SPRING", "please stop", "hello?")}
SILENT = {
    SHORT_CODE: QUIET,
    LONG_CODE: (BLOCKED | QUIET) - {("stopped", "YES")},  # Twilio takes YES for START
    TOLL_FREE: BLOCKED | QUIET,
    # Advanced Opt-Out answers YES as a START, always.
    POOLED: (BLOCKED | QUIET) - {("stopped", "YES")},
}


def _heard(product: Product) -> Counter[str]:
    """How many texts each handset has received."""
    texts = product.simulator.messages()
    return Counter(text["to"] for text in texts if text["status"] == "delivered")


def _sender(product: Product, address: str) -> Sender:
    if address == TOLL_FREE:
        return Sender.objects.create(
            provider=product.provider, kind=SenderKind.TOLL_FREE, address=address, parts_per_second=1000
        )
    if address == POOLED:
        service = Sender.objects.create(
            provider=product.provider, kind="messaging_service", address=JAN_SERVICE.sid, advanced_opt_out=True
        )
        return Sender.objects.create(
            provider=product.provider, kind="long_code", address=address, pool=service, parts_per_second=1000
        )
    return product.short_code if address == SHORT_CODE else product.long_code


@pytest.mark.parametrize("address", [SHORT_CODE, LONG_CODE, TOLL_FREE, POOLED])
def test_every_cell_has_one_answer_or_a_silence_we_can_explain(product: Product, address: str) -> None:
    sender = _sender(product, address)
    factories.opt_in_campaign(keywords=["SPRING"], sender=sender)
    factories.opt_in_campaign(keywords=["DOUBLE"], sender=sender, double_opt_in=True)
    phones = {cell: f"+1313555{3000 + place}" for place, cell in enumerate(CELLS)}
    for step in range(2):
        for (before, _), phone in phones.items():
            for said in BEFORE[before][step : step + 1]:
                product.simulator.text_in(phone, address, said)
        product.work()
    before_it = _heard(product)
    for (_, word), phone in phones.items():
        product.simulator.text_in(phone, address, word)
    product.work()
    heard = _heard(product) - before_it
    assert {cell: heard[phone] for cell, phone in phones.items()} == {
        cell: 0 if cell in SILENT[address] else 1 for cell in CELLS
    }
