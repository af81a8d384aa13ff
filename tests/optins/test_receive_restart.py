"""Coming back after a STOP: START restores what the STOP took, on that sender, and nothing more."""

import pytest

from optins.actions.opting_out import opt_out_number, suppress_refused
from optins.keywords import Meaning, SenderKind
from optins.models import GlobalOptions, Sender, Subscription, Suppression
from tests import factories
from tests.optins.texting import ADA, answers, standing, text

pytestmark = pytest.mark.django_db


def stopped(kind: SenderKind = SenderKind.SHORT_CODE, **fields: object) -> Sender:
    """A sender on which Ada joined by SPRING and then texted STOP."""
    sender = factories.sender(kind, **fields)
    factories.opt_in_campaign(keywords=["SPRING"], sender=sender)
    text(sender, "SPRING")
    text(sender, "STOP")
    return sender


def suppressed() -> bool:
    return Suppression.objects.filter(number=ADA, lifted_at__isnull=True).exists()


@pytest.mark.parametrize("said", ["START", "unstop", "Join"])
def test_a_start_word_restores_and_is_answered_on_a_short_code(said: str) -> None:
    sender = stopped()
    assert text(sender, said) is Meaning.RESTORE
    assert standing() == ["opted_in"]
    assert not suppressed()
    assert answers()[2:] == ["welcome"]
    assert factories.ledger_of(ADA)[3:] == ["opted_in", "lifted"]


@pytest.mark.parametrize(("said", "restored"), [("START", True), ("unstop", True), ("JOIN", False), ("YES", False)])
def test_start_restores_also_when_the_global_options_list_it_no_more(said: str, restored: bool) -> None:
    sender = stopped()
    GlobalOptions.objects.update(opt_in_keywords=["YES"])
    assert (text(sender, said) is Meaning.RESTORE) is restored
    assert suppressed() is not restored


def test_yes_restores_nothing() -> None:
    sender = stopped()
    assert text(sender, "YES") is Meaning.NONE
    assert standing() == ["opted_out"]
    assert suppressed()
    assert answers()[2:] == []


def test_start_gives_back_only_what_the_stop_on_that_sender_took() -> None:
    first = stopped()
    second = factories.sender()
    factories.opt_in_campaign(keywords=["SUMMER"], sender=second)
    text(second, "SUMMER")
    text(second, "STOP")
    text(second, "START")
    assert standing() == ["opted_out", "opted_in"]
    text(first, "START")
    assert standing() == ["opted_in", "opted_in"]


def test_start_without_a_stop_is_no_match() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    assert text(programme.options.sender, "START") is Meaning.NONE
    assert standing() == []


def test_start_twice_restores_once() -> None:
    sender = stopped()
    text(sender, "START")
    assert text(sender, "START") is Meaning.NONE
    assert factories.ledger_of(ADA).count("opted_in") == 2


def test_the_campaigns_keyword_after_stop_joins_again_where_nobody_but_us_blocks() -> None:
    sender = stopped()
    text(sender, "SPRING")
    assert standing() == ["opted_in"]
    assert not suppressed()
    assert answers()[2:] == ["welcome"]


@pytest.mark.parametrize("said", ["SPRING", "JOIN"])
@pytest.mark.parametrize("kind", [SenderKind.LONG_CODE, SenderKind.TOLL_FREE, SenderKind.MESSAGING_SERVICE])
def test_where_the_carrier_blocks_a_custom_word_is_recorded_and_not_answered_until_start(
    kind: SenderKind, said: str
) -> None:
    sender = stopped(kind)
    before = answers()
    text(sender, said)
    assert standing() == ["opted_in"]
    assert suppressed()
    assert answers() == before
    text(sender, "START")
    assert not suppressed()


def test_start_on_a_long_code_is_answered_by_twilio_and_not_by_us() -> None:
    sender = stopped(SenderKind.LONG_CODE)
    before = answers()
    assert text(sender, "START") is Meaning.RESTORE
    assert standing() == ["opted_in"]
    assert answers() == before


def test_start_after_stops_to_two_long_codes_is_answered_by_twilio_on_either() -> None:
    first = stopped(SenderKind.LONG_CODE)
    second = factories.sender(SenderKind.LONG_CODE)
    text(second, "STOP")
    before = answers()
    text(second, "START")
    text(first, "START")
    assert answers() == before
    assert standing() == ["opted_in"]
    assert not suppressed()


def test_start_after_a_stop_in_other_words_is_ours_to_answer_because_twilio_never_blocked() -> None:
    sender = factories.sender(SenderKind.LONG_CODE)
    factories.opt_in_campaign(keywords=["SPRING"], sender=sender)
    for said in ("SPRING", "please stop", "START"):
        text(sender, said)
    assert answers() == ["welcome", "opt_out", "welcome"]
    assert not suppressed()


def test_start_to_another_number_of_the_same_service_restores_what_the_stop_took() -> None:
    service = factories.sender(SenderKind.MESSAGING_SERVICE)
    one, other = (factories.sender(SenderKind.LONG_CODE, provider=service.provider, pool=service) for _ in range(2))
    factories.opt_in_campaign(keywords=["SPRING"], sender=service)
    text(one, "SPRING")
    text(one, "STOP")
    before = answers()
    assert text(other, "START") is Meaning.RESTORE
    assert standing() == ["opted_in"]
    assert not suppressed()
    assert answers() == before


def test_start_lifts_what_the_carrier_refused_on_that_sender_alone() -> None:
    factories.global_campaign()
    here, there = factories.sender(SenderKind.LONG_CODE), factories.sender(SenderKind.LONG_CODE)
    for sender in (here, there):
        suppress_refused(number=ADA, sender=sender, code=21610)
    assert text(here, "START") is Meaning.RESTORE
    assert Suppression.objects.get(lifted_at__isnull=True).sender == there


def test_after_an_opt_out_by_staff_start_lifts_the_block_and_restores_nothing() -> None:
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    text(programme.options.sender, "SPRING")
    opt_out_number(number=ADA, by=factories.TESTS, reason="By phone")
    text(programme.options.sender, "START")
    assert not suppressed()
    assert standing() == ["opted_out"]


def test_a_double_opt_in_after_stop_asks_again() -> None:
    sender = factories.sender()
    factories.opt_in_campaign(keywords=["SPRING"], sender=sender, double_opt_in=True)
    for said in ("SPRING", "YES", "STOP", "SPRING"):
        text(sender, said)
    assert standing() == ["pending"]
    assert Subscription.objects.get().stopped_on is None
    assert answers() == ["ask_yes", "welcome", "opt_out", "ask_yes"]
