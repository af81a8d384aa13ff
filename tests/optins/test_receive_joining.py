"""A person texts a campaign's keyword: single opt-in."""

import datetime as dt

import pytest
from django.utils import timezone

from campaigns.models import Customer, PhoneNumber
from optins.actions.campaigns import end, pause
from optins.keywords import Meaning, SenderKind
from optins.models import ConsentEvent, Notice, Subscription
from tests import factories
from tests.optins.texting import ADA, BOB, answers, standing, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("said", ["SPRING", " spring! ", "S p r i n g", "“Spring”", "ｓｐｒｉｎｇ", "Spring\n"])
def test_a_keyword_in_any_spelling_subscribes_and_welcomes(said: str) -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    assert text(programme.options.sender, said) is Meaning.KEYWORD
    assert standing() == ["opted_in"]
    assert Notice.objects.get().body == factories.WELCOME


def test_the_ledger_keeps_the_words_and_the_message_id() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, "Spring", sid="SMsecond")
    event = ConsentEvent.objects.get(action="opted_in")
    assert (event.inbound_text, event.inbound_sid, event.method) == ("Spring", "SMsecond", "keyword")
    assert event.sender == programme.options.sender
    assert Subscription.objects.get().consent_event == event


def test_a_campaigns_own_welcome_comes_before_the_global_one() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"], welcome_message="Welcome to Spring Offers")
    text(programme.options.sender, "SPRING")
    assert Notice.objects.get().body == "Welcome to Spring Offers"


def test_a_keyword_again_changes_nothing_and_is_answered() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, "SPRING")
    text(programme.options.sender, "SPRING")
    assert factories.ledger_of(ADA) == ["opted_in"]
    assert len(answers()) == 2


def test_an_unknown_number_becomes_a_customer_without_external_id() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, "SPRING")
    customer = Customer.objects.get()
    assert customer.external_id is None
    assert customer.phone_numbers.get().country == "US"
    assert Subscription.objects.get().customer == customer


@pytest.mark.parametrize("said", ["hello?", "HELP", "STOP", "START", "YES", ""])
def test_a_text_that_joins_nothing_makes_no_customer(said: str) -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, said)
    assert not Customer.objects.exists()
    assert not Notice.objects.filter(customer_id__isnull=False).exists()


def test_a_keyword_of_a_campaign_that_is_not_live_makes_no_customer() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    pause(campaign=programme, by=factories.TESTS)
    text(programme.options.sender, "SPRING")
    assert not Customer.objects.exists()


def test_of_several_customers_with_the_number_the_first_to_verify_it_joins() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    factories.customer(numbers=[ADA])
    verified = factories.customer(numbers=[ADA], verified=True)
    text(programme.options.sender, "SPRING")
    assert Subscription.objects.get().customer == verified
    assert PhoneNumber.objects.filter(number=ADA).count() == 2


def test_a_keyword_of_another_sender_is_no_match() -> None:
    factories.opt_in_campaign(keywords=["SPRING"])
    assert text(factories.sender(), "SPRING") is Meaning.NONE
    assert standing() == []
    assert answers() == ["no_match"]


def test_a_paused_campaign_refuses_joins_and_keeps_the_attempt() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    pause(campaign=programme, by=factories.TESTS)
    assert text(programme.options.sender, "SPRING") is Meaning.KEYWORD
    assert standing() == []
    assert answers() == ["no_match"]
    assert ConsentEvent.objects.get().reason == "not_live"


def test_an_ended_campaign_has_no_keyword_and_its_subscriptions_stand() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, "SPRING")
    end(campaign=programme, by=factories.TESTS)
    assert text(programme.options.sender, "SPRING") is Meaning.NONE
    assert standing() == ["opted_in"]


def test_who_does_not_meet_the_restriction_is_answered_like_an_unknown_word() -> None:
    programme = factories.opt_in_campaign(keywords=["ADULTS"], restriction="minimum_age", minimum_age=21)
    text(programme.options.sender, "ADULTS")
    refused = ConsentEvent.objects.get()
    assert (refused.action, refused.reason, refused.programme_id) == ("refused", "restricted", programme.pk)
    assert standing() == []
    assert answers() == ["no_match"]


def test_who_is_outside_the_audience_may_not_join() -> None:
    rule = {"all": [{"field": "state", "operator": "is", "value": "MI"}]}
    programme = factories.opt_in_campaign(keywords=["LOCAL"], audience=factories.segment(rule))
    factories.customer(numbers=[ADA], state="MI")
    text(programme.options.sender, "LOCAL", number=BOB)
    text(programme.options.sender, "LOCAL")
    assert list(Subscription.objects.values_list("number", flat=True)) == [ADA]


def test_a_campaigns_keyword_comes_before_the_global_join() -> None:
    programme = factories.opt_in_campaign(keywords=["JOIN"])
    assert text(programme.options.sender, "join") is Meaning.KEYWORD
    assert Subscription.objects.get().programme_id == programme.pk


def test_join_alone_never_subscribes_to_anything() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    assert text(programme.options.sender, "JOIN") is Meaning.NONE
    assert standing() == []


def test_a_number_in_a_messaging_service_joins_by_the_services_keyword() -> None:
    service = factories.sender(SenderKind.MESSAGING_SERVICE)
    member = factories.sender(SenderKind.LONG_CODE, provider=service.provider, pool=service)
    programme = factories.opt_in_campaign(keywords=["SPRING"], sender=service)
    text(member, "SPRING")
    assert Subscription.objects.get().programme_id == programme.pk
    assert Notice.objects.get().sender == member


def test_a_numbers_own_keyword_wins_over_its_services() -> None:
    service = factories.sender(SenderKind.MESSAGING_SERVICE)
    member = factories.sender(SenderKind.LONG_CODE, provider=service.provider, pool=service)
    own = factories.opt_in_campaign(keywords=["SPRING"], sender=member)
    factories.opt_in_campaign(keywords=["SPRING"], sender=service)
    text(member, "SPRING")
    assert Subscription.objects.get().programme_id == own.pk


def test_a_campaign_whose_time_has_not_come_refuses_joins() -> None:
    tomorrow = timezone.now() + dt.timedelta(days=1)
    programme = factories.opt_in_campaign(keywords=["SPRING"], starts_at=tomorrow)
    text(programme.options.sender, "SPRING")
    assert standing() == []
    assert answers() == ["no_match"]


def test_a_second_text_from_an_unknown_number_makes_no_second_customer() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, "SPRING")
    text(programme.options.sender, "hello")
    assert Customer.objects.count() == 1


def test_a_person_abroad_may_join_and_is_kept_with_their_country() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, "SPRING", number="+447400123456")
    assert standing("+447400123456") == ["opted_in"]
    assert PhoneNumber.objects.get().country == "GB"
