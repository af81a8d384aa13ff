"""The composer's other pieces: for whom the text is shown, its parts over the audience, its fields, its two ends."""

from typing import Any

import pytest

from config.roles import MARKETER
from messaging.actions.runs.lifecycle import start_due
from messaging.models import Run, SmsMessage
from optins.models import GlobalOptions, OptInCampaign
from tests import factories
from tests.factories import signed_in
from tests.messaging.admin.screens import add, only_message, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    return factories.opt_in_campaign()


def joined(programme: OptInCampaign, **fields: Any) -> None:
    factories.subscription(programme, factories.customer(numbers=[factories.number()], **fields))


def piece(which: str, programme: OptInCampaign, **given: Any) -> str:
    campaign = factories.messaging_campaign(live=False)
    typed = {"campaign": campaign.pk, "programme": programme.pk, "body": "Hi {{ first_name }}!", **given}
    answer = signed_in(MARKETER).post(page(f"messaging_{which}"), typed)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def test_it_is_shown_for_somebody_of_the_audience(programme: OptInCampaign) -> None:
    factories.customer(first_name="Stranger")
    joined(programme, first_name="Grace")
    assert "Hi Grace!" in piece("preview", programme)


@pytest.mark.parametrize("found_by", ["hopper", "G-1"])
def test_it_is_shown_for_a_person_who_is_looked_for(programme: OptInCampaign, found_by: str) -> None:
    joined(programme, first_name="Ada")
    joined(programme, first_name="Grace", last_name="Hopper", external_id="G-1")
    assert "Hi Grace!" in piece("preview", programme, viewing_as="find", find=found_by)


def test_a_person_who_is_not_in_the_audience_is_not_found(programme: OptInCampaign) -> None:
    assert "no person in the audience is called so" in piece("preview", programme, viewing_as="find", find="Zed")


def test_it_is_shown_for_who_gets_the_longest_text(programme: OptInCampaign) -> None:
    for first_name in ("Ada", "Bartholomew", "Bob"):
        joined(programme, first_name=first_name)
    assert "Hi Bartholomew!" in piece("preview", programme, viewing_as="longest")


def test_a_random_person_is_one_of_the_audience(programme: OptInCampaign) -> None:
    joined(programme, first_name="Ada")
    assert "Hi Ada!" in piece("preview", programme, viewing_as="random")


def test_what_it_begins_and_ends_with_is_shown_and_counted(programme: OptInCampaign) -> None:
    text = piece("preview", programme, body="x" * 100, opening="Acme:", closing="y" * 60)
    assert f"Acme: {'x' * 100}" in text
    assert "2 messages" in text


def test_the_parts_are_told_over_the_whole_audience(programme: OptInCampaign) -> None:
    joined(programme, first_name="Ada")
    joined(programme, first_name="B" * 149)
    joined(programme, first_name="")
    text = piece("spread", programme, body="Hello dear {{ first_name }}!")
    assert "<b>1–2 messages</b> for each person; 1 for 50 % of 3 people who opted in." in text
    assert "1 of the 3 looked at lack a value" in text


def test_a_segment_that_is_chosen_and_not_saved_counts(programme: OptInCampaign) -> None:
    joined(programme, first_name="Ada", country="US")
    joined(programme, first_name="Bob", country="CA")
    segment = factories.segment({"all": [{"field": "country", "operator": "is", "value": "CA"}]})
    assert "of 1 person who opted in" in piece("spread", programme, segment_in=segment.pk)


def test_without_anybody_it_says_so(programme: OptInCampaign) -> None:
    assert "Nobody in the audience has opted in" in piece("spread", programme)


def test_a_field_is_told_with_what_it_holds(programme: OptInCampaign) -> None:
    joined(programme, first_name="Ada")
    joined(programme, first_name="")
    text = piece("field", programme, name="first_name")
    assert "First name: 50 % of the audience have a value, such as “Ada”." in text


def test_an_unknown_field_is_told_nothing_about(programme: OptInCampaign) -> None:
    assert piece("field", programme, name="password") == ""


def test_a_new_message_begins_with_the_company_and_ends_with_how_to_stop() -> None:
    factories.global_campaign()
    GlobalOptions.objects.update(brand="Acme")
    campaign = factories.messaging_campaign(live=False)
    text = signed_in(MARKETER).get(f"{page('messaging_smsmessage_add')}?campaign={campaign.pk}").text
    assert 'value="Acme:"' in text
    assert 'value="Reply STOP to cancel."' in text


def test_the_ends_are_saved_and_count_against_the_longest_text() -> None:
    campaign = factories.messaging_campaign(live=False)
    client = signed_in(MARKETER)
    add(client, campaign.pk, opening="Acme:", body="Hello", closing="Reply STOP to cancel.")
    assert only_message().text == "Acme: Hello\nReply STOP to cancel."
    answer = add(client, campaign.pk, opening="Acme:", body="x" * 1525, closing="Reply STOP to cancel.")
    assert "The message takes more than 10 parts" in answer.text


def test_what_is_sent_is_the_whole_text(programme: OptInCampaign) -> None:
    joined(programme, first_name="Ada")
    message: SmsMessage = factories.scheduled(programme, opening="Acme:", closing="Reply STOP to cancel.")
    factories.messaging_campaign(message)
    start_due()
    assert Run.objects.get().body == "Acme: Hello from Acme\nReply STOP to cancel."
