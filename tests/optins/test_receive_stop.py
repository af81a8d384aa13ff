"""STOP: every subscription ends, the number is suppressed, and one confirmation goes out."""

import pytest
from pytest_django.fixtures import Settings

from optins.keywords import DEFAULT_OPT_OUT_WORDS, Meaning, SenderKind
from optins.models import ConsentEvent, Sender, Subscription, Suppression
from tests import factories
from tests.optins.texting import ADA, BOB, answers, standing, text

pytestmark = pytest.mark.django_db


def joined(*, number: str = ADA, sender: Sender | None = None, keyword: str = "SPRING") -> Sender:
    """A sender on which `number` joined by a keyword."""
    chosen = sender or factories.sender()
    factories.opt_in_campaign(keywords=[keyword], sender=chosen)
    text(chosen, keyword, number=number)
    return chosen


@pytest.mark.parametrize(
    "said", [*DEFAULT_OPT_OUT_WORDS, "stop", " Stop. ", "“STOP”", "opt-out", "Please stop", "ＳＴＯＰ"]
)
def test_every_opt_out_word_in_any_spelling_stops(said: str) -> None:
    sender = joined()
    assert text(sender, said) is Meaning.OPT_OUT
    assert standing() == ["opted_out"]
    assert answers() == ["welcome", "opt_out"]


def test_a_word_that_the_global_options_add_stops_too() -> None:
    factories.global_campaign(opt_out_keywords=[*DEFAULT_OPT_OUT_WORDS, "BASTA"])
    sender = joined()
    assert text(sender, "basta") is Meaning.OPT_OUT


def test_stop_ends_every_programme_of_the_number_on_every_sender() -> None:
    joined()
    other = joined(keyword="SUMMER")
    joined(number=BOB, keyword="AUTUMN")
    text(other, "STOP")
    assert standing() == ["opted_out", "opted_out"]
    assert standing(BOB) == ["opted_in"]
    assert set(Subscription.objects.filter(number=ADA).values_list("stopped_on", flat=True)) == {other.pk}


def test_stop_writes_one_ledger_line_for_each_change_with_the_words() -> None:
    sender = joined()
    text(sender, "Stop!", sid="SMstop")
    assert factories.ledger_of(ADA) == ["opted_in", "opted_out", "suppressed"]
    for event in ConsentEvent.objects.filter(method="stop"):
        assert (event.inbound_text, event.inbound_sid, event.sender) == ("Stop!", "SMstop", sender)


def test_stop_counts_for_all_customers_who_hold_the_number() -> None:
    factories.customer(numbers=[ADA], verified=True)
    factories.customer(numbers=[ADA], verified=True)
    sender = joined()
    text(sender, "STOP")
    assert standing() == ["opted_out"]
    assert Suppression.objects.get().number == ADA


def test_a_second_stop_is_answered_and_writes_no_second_suppression() -> None:
    sender = joined()
    text(sender, "STOP")
    text(sender, "STOP")
    assert Suppression.objects.count() == 1
    assert factories.ledger_of(ADA) == ["opted_in", "opted_out", "suppressed"]
    assert answers() == ["welcome", "opt_out", "opt_out"]


def test_stop_of_somebody_unknown_is_kept_and_answered() -> None:
    factories.global_campaign()
    text(factories.sender(), "STOP")
    assert Suppression.objects.get().reason == "stop"
    assert answers() == ["opt_out"]


def test_stop_without_global_options_stops_and_has_no_answer() -> None:
    factories.global_campaign(complete=False)
    text(factories.sender(), "STOP")
    assert Suppression.objects.exists()
    assert answers() == []


def test_stop_without_any_global_campaign_stops_too() -> None:
    assert text(factories.sender(), "STOP") is Meaning.OPT_OUT
    assert Suppression.objects.exists()


def test_after_stop_a_nonsense_word_is_not_answered() -> None:
    sender = joined()
    text(sender, "STOP")
    assert text(sender, "what?") is Meaning.NONE
    assert answers() == ["welcome", "opt_out"]


def test_stop_is_answered_however_much_was_answered_before(settings: Settings) -> None:
    settings.ANSWERS_PER_HOUR = 2
    sender = joined()
    for _ in range(5):
        text(sender, "HELP")
    text(sender, "STOP")
    assert answers() == ["welcome", "help", "opt_out"]


def test_two_robots_that_stop_each_other_do_not_loop(settings: Settings) -> None:
    settings.ANSWERS_PER_HOUR = 2
    sender = joined()
    for _ in range(5):
        text(sender, "STOP")
    assert answers().count("opt_out") == 2


def test_with_sender_scope_only_what_is_texted_from_there_ends(settings: Settings) -> None:
    settings.STOP_SCOPE = "sender"
    joined()
    other = joined(keyword="SUMMER")
    text(other, "STOP")
    assert standing() == ["opted_in", "opted_out"]
    assert Suppression.objects.get().sender == other


def test_with_sender_scope_a_stop_to_one_number_of_a_service_holds_for_the_service(settings: Settings) -> None:
    settings.STOP_SCOPE = "sender"
    service = factories.sender(SenderKind.MESSAGING_SERVICE)
    member = factories.sender(SenderKind.LONG_CODE, provider=service.provider, pool=service)
    joined(sender=service)
    text(member, "STOP")
    assert standing() == ["opted_out"]
    assert Suppression.objects.get().sender == service


@pytest.mark.parametrize("said", ["please stop", "HELP", "hello?"])
def test_where_the_carrier_blocks_nothing_is_owed_that_it_would_refuse(said: str) -> None:
    factories.global_campaign()
    sender = factories.sender(SenderKind.LONG_CODE)
    text(sender, "STOP")
    text(sender, said)
    assert answers() == []


@pytest.mark.parametrize(
    ("kind", "said", "blocks"),
    [
        (SenderKind.SHORT_CODE, "STOP", False),
        (SenderKind.LONG_CODE, "STOP", True),
        (SenderKind.LONG_CODE, "please stop", False),
        (SenderKind.TOLL_FREE, "quit", True),
    ],
)
def test_where_the_carrier_blocks_too_the_senders_own_suppression_says_so(
    kind: SenderKind, said: str, blocks: bool
) -> None:
    factories.global_campaign()
    sender = factories.sender(kind)
    text(sender, said)
    assert set(Suppression.objects.values_list("sender", flat=True)) == ({None, sender.pk} if blocks else {None})
    assert answers() == ([] if blocks else ["opt_out"])
