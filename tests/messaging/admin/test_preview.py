"""The composer's preview: the text as a person gets it, and what it costs."""

import pytest

from config.roles import MARKETER
from messaging.admin.preview import Preview, Reader, preview_of
from messaging.models import SmsMessage
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db


def shown(body: str, **given: str) -> str:
    answer = signed_in(MARKETER).post(page("messaging_preview"), {"body": body, **given})
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def of(body: str) -> Preview:
    return preview_of(SmsMessage(body=body), Reader("anybody", {}))


def test_merge_fields_are_filled_for_a_customer() -> None:
    factories.customer(first_name="Grace")
    assert "Hello Grace!" in shown('Hello {{ first_name | default: "there" }}!')


def test_somebody_of_whom_nothing_is_known_gets_the_default() -> None:
    assert "Hello there!" in shown('Hello {{ first_name | default: "there" }}!', viewing_as="missing")


def test_a_field_without_default_says_that_the_person_is_left_out() -> None:
    assert "This person is left out." in shown("Hello {{ first_name }}", viewing_as="missing")


def test_one_part_says_how_much_is_left() -> None:
    assert "142 left in this part · 1 message · GSM-7" in shown("x" * 18)


def test_two_parts_say_what_makes_it_one() -> None:
    assert "Charged as 2. Remove 7 characters to make it 1." in shown("x" * 167)


def test_a_dear_character_is_named_with_its_replacement() -> None:
    text = shown("It’s on")
    assert "makes this Unicode: 70 per part instead of 160." in text
    assert 'data-body="It&#x27;s on"' in text


def test_only_what_cleaning_replaces_is_offered_a_replacement() -> None:
    assert '(write <b class="ol-code">...</b>)' in shown("Wait…")
    # The emoji keeps the text in Unicode, where three dots would only make it longer.
    beside_an_emoji = shown("It’s on… 🎉")
    assert beside_an_emoji.count("(write") == 1
    assert 'data-body="It&#x27;s on… 🎉"' in beside_an_emoji


def test_what_can_never_be_sent_is_an_error() -> None:
    assert "This is too long to send" in shown("x" * 1531)


def test_a_misspelt_field_is_told_with_what_was_meant() -> None:
    assert "Did you mean “first_name”?" in shown("Hi {{ firstname }}")


def test_the_text_is_escaped() -> None:
    assert "<script>" not in shown("<script>alert(1)</script>")


@pytest.mark.parametrize("body", ["x" * 161, "€" * 81, "ж" * 71, "😀" * 36, "x" * 153 + "€" * 5])
def test_taking_the_surplus_away_saves_exactly_one_part(body: str) -> None:
    before = of(body)
    after = of(body[: -before.surplus])
    one_more = of(body[: -before.surplus] + body[-before.surplus])
    assert (after.counted.parts, one_more.counted.parts) == (before.counted.parts - 1, before.counted.parts)


def test_the_number_on_top_of_the_phone_is_the_chosen_one() -> None:
    sender = factories.sender(address="97865")
    assert "97865" in shown("Hello", sender=str(sender.pk))
