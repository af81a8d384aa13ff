"""Somebody else's robot answers each of our answers: the two fall silent after a few."""

from collections.abc import Callable

import pytest
from django.db.models import Q
from pytest_django.fixtures import Settings

from optins.keywords import SenderKind
from optins.models import Notice, Sender
from tests import factories
from tests.optins.texting import ADA, answers, text

pytestmark = pytest.mark.django_db

ROBOTS: dict[str, Callable[[int, str], str]] = {
    "one that does not understand": lambda turn, said: "Sorry, I did not understand that.",
    "one that repeats what it hears": lambda turn, said: said,
    "one that asks for help": lambda turn, said: "HELP",
    "one that stops": lambda turn, said: "STOP",
    "one that stops and starts": lambda turn, said: ("STOP", "START")[turn % 2],
    "one that joins": lambda turn, said: "SPRING",
    "one that is like us": lambda turn, said: "Beta: reply HELP for help, STOP to cancel. Reply YES to join.",
    "one that tries all": lambda turn, said: ("SPRING", "HELP", "STOP", "START", "hello", "YES")[turn % 6],
}


@pytest.fixture
def sender() -> Sender:
    chosen = factories.opt_in_campaign(keywords=["SPRING"]).options.sender
    assert chosen is not None
    return chosen


@pytest.mark.parametrize("name", ROBOTS)
def test_two_robots_fall_silent(sender: Sender, name: str, settings: Settings) -> None:
    settings.ANSWERS_PER_HOUR, heard = 3, 0
    text(sender, "hello")
    for turn in range(60):
        unheard = list(Notice.objects.filter(Q(pk__gt=heard), number=ADA).order_by("pk"))
        if not unheard:
            break
        heard = unheard[-1].pk
        text(sender, ROBOTS[name](turn, unheard[-1].body))
    else:
        pytest.fail("They still talk.")
    assert Notice.objects.filter(number=ADA).count() <= 2 * settings.ANSWERS_PER_HOUR


@pytest.mark.parametrize("kind", [SenderKind.LONG_CODE, SenderKind.TOLL_FREE])
def test_a_robot_hears_nothing_where_the_carrier_answers(kind: SenderKind) -> None:
    factories.global_campaign()
    text(factories.sender(kind), "STOP")
    assert not Notice.objects.exists()


def test_answers_of_all_kinds_count_together_and_a_stop_is_answered_all_the_same(
    sender: Sender, settings: Settings
) -> None:
    settings.ANSWERS_PER_HOUR = 3
    for said in ("SPRING", "HELP", "hello", "HELP", "SPRING", "STOP"):
        text(sender, said)
    assert answers() == ["welcome", "help", "no_match", "opt_out"]
