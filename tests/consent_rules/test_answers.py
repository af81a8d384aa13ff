"""Items 24, 25 and 27: HELP is answered to anybody, no answer feeds a robot, and STOP's names a word that works."""

import pytest
from pytest_django.fixtures import Settings

from optins.models import GlobalCampaign, GlobalOptions, Notice, OptInCampaign, Sender
from tests import factories
from tests.fixtures.handset import Handset, NewHandset
from tests.fixtures.product import LONG_CODE, SHORT_CODE, Product
from tests.messaging.admin.screens import page
from tests.messaging.signed import INBOUND, inbound_of, post

TOLL_FREE = "+18335550142"


@pytest.fixture
def toll_free(product: Product) -> Sender:
    return Sender.objects.create(provider=product.provider, kind="toll_free", address=TOLL_FREE, parts_per_second=1000)


@pytest.mark.django_db(transaction=True)
def test_help_is_answered_to_strangers_and_to_who_left_and_changes_nothing(
    product: Product, spring: OptInCampaign, handset: NewHandset
) -> None:
    stranger, gone = handset(), handset()
    gone.says("SPRING", "STOP")
    before = factories.ledger_of(gone.number)
    assert (stranger.says("HELP"), gone.says("Info?")) == ([factories.HELP], [factories.HELP])
    assert (stranger.stands, gone.stands, gone.is_barred) == ([], ["opted_out"], True)
    assert (factories.ledger_of(stranger.number), factories.ledger_of(gone.number)) == ([], before)


@pytest.mark.django_db(transaction=True)
def test_no_match_answers_are_few_and_never_to_who_left(
    spring: OptInCampaign, handset: NewHandset, settings: Settings
) -> None:
    settings.NO_MATCH_PER_DAY = 2
    chatty, gone = handset(), handset()
    gone.says("STOP")
    assert chatty.says("one", "two", "three") == [factories.NO_MATCH] * 2
    assert gone.says("one", "two") == []


@pytest.mark.django_db(transaction=True)
def test_a_robot_that_answers_each_answer_falls_silent_with_us(
    spring: OptInCampaign, phone: Handset, settings: Settings
) -> None:
    settings.ANSWERS_PER_HOUR = 2
    said = ["hello"]
    for _ in range(6):
        said = [word for heard in map(phone.says, said) for word in heard]
    assert said == []
    assert len(phone.hears) <= 2 * settings.ANSWERS_PER_HOUR


@pytest.mark.django_db
@pytest.mark.parametrize("robot", ["24365", "97865", "ACME", LONG_CODE])
@pytest.mark.parametrize("said", ["hello?", "HELP", "STOP"])
def test_short_codes_and_our_own_numbers_are_never_answered(robot: str, said: str) -> None:
    provider = factories.provider()
    for kind, address in ((factories.SenderKind.SHORT_CODE, SHORT_CODE), (factories.SenderKind.LONG_CODE, LONG_CODE)):
        factories.sender(kind, address=address, provider=provider)
    factories.global_campaign()
    assert post(INBOUND, inbound_of(provider, From=robot, Body=said), provider.auth_token).status_code == 200
    assert not Notice.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", [SHORT_CODE, LONG_CODE, TOLL_FREE])
def test_the_word_that_the_opt_out_message_names_brings_texts_back_on_every_sender(
    product: Product, toll_free: Sender, phone: Handset, address: str
) -> None:
    programme = factories.opt_in_campaign(keywords=["SUMMER"], sender=Sender.objects.get(address=address))
    assert "Reply START" in factories.OPT_OUT
    phone.says("SUMMER", "STOP", "START", to=address)
    factories.messaging_campaign(factories.scheduled(programme, "Sale today"))
    product.work()
    assert (phone.stands, phone.hears[-1]) == (["opted_in"], "Sale today")


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "refused"), [("short_code", False), ("long_code", True), ("toll_free", True)])
def test_an_opt_out_message_that_names_join_is_refused_where_join_lifts_no_block(kind: str, refused: bool) -> None:
    number = factories.sender(factories.SenderKind(kind))
    factories.global_campaign(sender=number)
    options = GlobalOptions.objects.get()
    told = {name: getattr(options, name) for name in ("welcome_message", "help_message", "no_match_message")}
    told |= {
        "provider": number.provider_id,
        "sender": number.pk,
        "opt_out_message": "Acme: you left. Reply JOIN to return.",
    }
    address = page("optins_globalcampaign_options", GlobalCampaign.objects.get().pk)
    answer = factories.signed_in("Marketer").post(address, told, follow=True).text
    assert ("Texting JOIN brings nobody back" in answer) is refused
    assert ("JOIN" in GlobalOptions.objects.get().opt_out_message) is not refused
