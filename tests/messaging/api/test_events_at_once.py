"""One event told by many connections at once, against the real Postgres."""

import pytest

from campaigns.models import CustomerEvent
from messaging.actions.events import record_event
from tests import factories
from tests.optins.test_verification import all_at_once


@pytest.mark.django_db(transaction=True)
def test_of_parallel_tellings_one_is_new_and_all_are_well() -> None:
    person = factories.customer()

    told = all_at_once(lambda: record_event(source="shop", customer=person, event_id="e1", name="visit")[1], 8)

    assert told == {"True": 1, "False": 7}
    assert CustomerEvent.objects.count() == 1
