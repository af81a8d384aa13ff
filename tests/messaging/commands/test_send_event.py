"""`manage.py send_event`: what a customer did, told from the command line."""

import pytest

from campaigns.models import CustomerEvent
from messaging.models import Outbound
from tests import factories
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db


def test_an_event_enrols_the_customer_in_what_listens_to_it() -> None:
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(external_id="c-1", numbers=[factories.number()]))
    factories.messaging_campaign(factories.triggered(programme, "shipped"))
    answer = told("send_event", "c-1", "shipped", "--event-id=e-1", '--properties={"order": 17}')
    event = CustomerEvent.objects.get(pk=answer["event"])
    assert (event.source, event.event_id, event.properties) == ("command", "e-1", {"order": 17})
    assert Outbound.objects.get().event == event


def test_an_event_counts_once() -> None:
    factories.customer(external_id="c-1")
    assert told("send_event", "c-1", "shipped", "--event-id=e-1")["new"] is True
    assert told("send_event", "c-1", "shipped", "--event-id=e-1")["new"] is False
    assert "had been told before" in said("send_event", "c-1", "shipped", "--event-id=e-1")
    assert refused("send_event", "c-1", "returned", "--event-id=e-1")["code"] == "event_id_conflict"


def test_an_event_without_an_id_is_given_one() -> None:
    factories.customer(external_id="c-1")
    first, second = (told("send_event", "c-1", "shipped") for _ in range(2))
    assert first["event_id"] != second["event_id"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nobody", "shipped"], "user_not_found"),
        (["c-1", " "], "argument_error"),
        (["c-1", "x" * 101], "argument_error"),
        (["c-1", "shipped", "--properties=[]"], "argument_error"),
        (["c-1", "shipped", "--properties={"], "argument_error"),
        (["c-1", "shipped", '--properties={"a": "\\u0000"}'], "argument_error"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], code: str) -> None:
    factories.customer(external_id="c-1")
    assert refused("send_event", *arguments)["code"] == code
