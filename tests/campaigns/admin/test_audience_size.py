"""The estimated audience size, a piece of page that loads on its own."""

import pytest
from django.urls import reverse

from config.roles import VIEWER
from tests.factories import customer, segment, signed_in

pytestmark = pytest.mark.django_db


def size(chosen: int | str) -> str:
    return signed_in(VIEWER).get(reverse("admin:campaigns_campaign_audience"), {"segment": chosen}).content.decode()


def test_without_a_segment_everybody_counts() -> None:
    customer()
    customer()
    assert "2 <span>customers" in size("")


def test_a_segment_counts_its_members() -> None:
    customer(state="TX")
    customer(state="OH")
    texas = segment({"all": [{"field": "state", "operator": "is", "value": "TX"}]})
    assert "1 <span>customer<" in size(texas.pk)


def test_it_says_when_it_was_counted_and_how_long_that_took() -> None:
    page = size("")
    assert "as of" in page
    assert "took 0.0 s" in page


def test_a_segment_whose_rule_no_longer_parses_is_said_in_words() -> None:
    broken = segment({"all": [{"field": "gone", "operator": "is", "value": "1"}]})
    assert "can no longer be counted" in size(broken.pk)


def test_it_is_for_those_who_may_see_campaigns() -> None:
    assert signed_in().get(reverse("admin:campaigns_campaign_audience")).status_code == 403
