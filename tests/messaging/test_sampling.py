"""What a text becomes for the people it is meant for."""

import pytest

from campaigns.models import Customer
from messaging import rendering
from messaging.census import sampling
from messaging.models import SmsMessage
from tests import factories

pytestmark = pytest.mark.django_db

GREETING = "Hello {{ first_name }}, come and see us."


def people(**named: str) -> None:
    for external_id, first_name in named.items():
        factories.customer(external_id=external_id, first_name=first_name)


def spread(text: str) -> sampling.Spread:
    return sampling.spread(text, Customer.objects.order_by("pk"))


def test_a_text_without_fields_takes_the_same_for_everybody() -> None:
    people(a="Ada", b="Bob")
    found = spread("x" * 161)
    assert (found.people, found.by_parts, found.fewest, found.most) == (2, {2: 2}, 2, 2)


def test_the_range_names_the_usual_and_the_worst() -> None:
    people(a="Ada", b="Bob", c="Bartholomew" * 13)
    found = spread(GREETING)
    assert (found.fewest, found.most, found.usual_parts, found.usual_share) == (1, 2, 1, 66)
    assert found.worst == Customer.objects.get(external_id="c")


def test_who_lacks_a_value_is_counted_apart() -> None:
    people(a="Ada", b="")
    found = spread(GREETING)
    assert (found.looked_at, found.missing, found.by_parts) == (2, 1, {1: 1})


def test_one_letter_that_forces_unicode_makes_the_longest_text() -> None:
    people(a="Maximilian", b="Zoë–" * 4)
    template = rendering.compile(GREETING)
    assert str(sampling.longest(template, Customer.objects.all())).startswith("Zoë")


def test_nobody_has_the_longest_text_when_nobody_gets_it() -> None:
    people(a="")
    assert sampling.longest(rendering.compile(GREETING), Customer.objects.all()) is None


def test_of_many_people_a_part_is_looked_at_and_the_longest_is_found_among_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "SAMPLE", 20)
    people(**{f"p{place}": "Ada" for place in range(200)}, long="Bartholomew" * 13)
    found = spread(GREETING)
    assert found.is_sample
    assert 5 <= found.looked_at <= 60
    assert (found.people, found.most) == (201, 2)


def test_a_field_tells_its_share_an_example_and_its_longest_value() -> None:
    people(a="Ada", b="", c="Bartholomew", d="Bob")
    found = sampling.facts("first_name", Customer.objects.order_by("pk"))
    assert (found.share, found.example, found.longest) == (75, "Ada", "Bartholomew")


def test_an_attribute_tells_them_too() -> None:
    factories.customer(attributes={"points": 7})
    factories.customer(attributes={"points": 1234})
    found = sampling.facts("points", Customer.objects.order_by("pk"))
    assert (found.share, found.example, found.longest) == (100, "7", "1234")


def test_only_those_who_opted_in_are_readers_of_a_message() -> None:
    programme = factories.opt_in_campaign()
    member = factories.customer(numbers=[factories.number()])
    factories.subscription(programme, member)
    factories.customer(numbers=[factories.number()])
    message = factories.scheduled(programme)
    message.campaign = SmsMessage(campaign=factories.messaging_campaign(live=False)).campaign
    assert list(sampling.readers(message)) == [member]
