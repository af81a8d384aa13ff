"""Items 18, 19, 21 and 23: leaving, in whatever words, ends everything and is confirmed once."""

import datetime as dt
from collections.abc import Iterable

import pytest
from pytest_django.fixtures import Settings

from messaging.models import Inbound, Outbound
from optins.models import OptInCampaign, OptOutReview
from tests import factories
from tests.fixtures.handset import Handset, NewHandset
from tests.fixtures.product import Product

pytestmark = pytest.mark.django_db(transaction=True)

THE_WORDS = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "opt out", "opt-out",
             "stop all", "ARRET", "Arrêt")  # fmt: skip
AS_TYPED = (
    " Stop. ",
    '"STOP"',
    "“Stop”",
    "STOP!!!",
    "stop\n",
    "ＳＴＯＰ",
    "st\u200bop",
    "STOPPP!!!",
    "🛑 stop",
    "stpo",
)
IN_OTHER_WORDS = ("please stop texting me", "STOP please", "remove me", "take me off", "no more texts",
                  "wrong person, take me off", "No mas mensajes")  # fmt: skip
IN_ANOTHER_SENSE = ("don't stop", "stop by the store?", "never stop", "Liked “Reply STOP to cancel”")


def joined(handset: NewHandset, bodies: Iterable[str]) -> dict[str, Handset]:
    """A phone for each body, joined to SPRING, that has then texted it."""
    phones = {body: handset() for body in bodies}
    for phone in phones.values():
        phone.posts("SPRING")
    for body, phone in phones.items():
        phone.posts(body)
    return phones


@pytest.mark.parametrize("bodies", [THE_WORDS, AS_TYPED, IN_OTHER_WORDS], ids=["words", "typed", "sentences"])
def test_every_way_to_say_stop_opts_out_and_is_confirmed_once(
    product: Product, spring: OptInCampaign, handset: NewHandset, bodies: tuple[str, ...]
) -> None:
    phones = joined(handset, bodies)
    product.work()
    assert [body for body, phone in phones.items() if phone.stands != ["opted_out"]] == []
    assert [body for body, phone in phones.items() if not phone.is_barred] == []
    assert [body for body, phone in phones.items() if phone.hears.count(factories.OPT_OUT) != 1] == []


def test_a_word_of_stopping_in_another_sense_goes_to_people_and_gets_no_answer(
    product: Product, spring: OptInCampaign, handset: NewHandset
) -> None:
    phones = joined(handset, IN_ANOTHER_SENSE)
    product.work()
    for body, phone in phones.items():
        assert (phone.stands, phone.hears) == (["opted_in"], [factories.WELCOME]), body
    inbox = factories.signed_in("Marketer").get("/admin/messaging/inbound/", {"todo": "answer"})
    assert {text.body for text in inbox.context["cl"].result_list} == set(IN_ANOTHER_SENSE)


def test_what_may_be_a_stop_waits_for_a_person_and_nothing_is_sent_meanwhile(
    product: Product, spring: OptInCampaign, phone: Handset
) -> None:
    phone.says("SPRING")
    assert phone.says("I might want to stop soon") == []
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    product.work()
    assert phone.offers == [("skipped", "in_review")]
    review = OptOutReview.objects.get(number=phone.number)
    page = factories.signed_in("Launcher").get("/admin/optins/optoutreview/").text
    assert review.text in page


def test_stop_beats_help_beats_yes_beats_a_keyword_beats_no_match(
    product: Product, spring: OptInCampaign, handset: NewHandset
) -> None:
    factories.opt_in_campaign(keywords=["DOUBLE"], sender=product.short_code, double_opt_in=True)
    expected = {"Stop! HELP": "opt_out", "help": "help", "YES": "confirm", "SPRING": "keyword", "hello": "none"}
    for body in expected:
        phone = handset()
        phone.posts("DOUBLE")
        phone.posts(body)
    read = Inbound.objects.exclude(body="DOUBLE")
    assert dict(read.values_list("body", "meaning")) == expected


def test_who_never_joined_is_confirmed_too_each_time_and_at_night(
    spring: OptInCampaign, phone: Handset, settings: Settings
) -> None:
    settings.QUIET_HOURS = True
    assert phone.says("STOP", "STOP") == [factories.OPT_OUT] * 2


def test_after_a_stop_nothing_automatic_comes_any_more(product: Product, spring: OptInCampaign, phone: Handset) -> None:
    phone.says("SPRING", "STOP")
    factories.messaging_campaign(factories.scheduled(spring, "Sale today"))
    assert phone.says("what?", "YES") == []
    assert phone.offers == [("skipped", "suppressed")]


def test_a_confirmation_that_cannot_leave_within_minutes_is_not_sent_later(
    product: Product, spring: OptInCampaign, phone: Handset, settings: Settings
) -> None:
    settings.OPT_OUT_ANSWER_WITHIN = dt.timedelta(0)
    assert phone.says("STOP") == []
    assert phone.is_barred
    assert list(Outbound.objects.values_list("state", "reason")) == [("skipped", "too_late")]
