"""Thousands of random joins, STOPs, STARTs, codes, imports, erasures, launches and callbacks: consent holds.

Hypothesis chooses the steps, `world.py` does each in the product and in the model, and holds one against the other.
"""

import datetime as dt
from collections.abc import Iterator
from typing import ClassVar

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from messaging.models import Outbound
from optins.actions.notices import owe
from optins.models import Notice, Subscription, Suppression
from tests import factories
from tests.fixtures.product import Product
from tests.fixtures.simulator import Simulator
from tests.stateful.model import SENDERS, SHORT, TEXTS, TWILIO_ACTS, Says
from tests.stateful.world import PEOPLE, World

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = 40
FEW, MANY = 4, 200
# On average, over many lives; fewer would ask too seldom whether a text had consent.
TEXTS_A_LIFE = 6

people = st.integers(0, PEOPLE - 1)
programmes = st.integers(0, 5)
senders = st.sampled_from(SENDERS)
# What changes who may be texted.
MINDS = sorted(body for body, says in TEXTS.items() if says in (Says.LEAVE, Says.BACK, Says.DOUBTFUL))


@pytest.fixture
def webhook(simulator: Simulator, live_server: LiveServer, settings: Settings) -> Iterator[str]:
    """Limits that are tested elsewhere are far away, so that the model need not count."""
    settings.SIMULATOR_URL, settings.PUBLIC_BASE_URL = simulator.url, live_server.url
    settings.FREQUENCY_CAP = 1000
    settings.DRIFT_IN_FLIGHT = dt.timedelta(0)
    settings.ANSWERS_PER_HOUR = settings.NO_MATCH_PER_DAY = 1000
    settings.VERIFICATION_COOLDOWN = 0
    settings.VERIFICATIONS_PER_NUMBER_HOUR = settings.VERIFICATIONS_PER_CUSTOMER_HOUR = 1000
    settings.VERIFICATIONS_PER_IP_HOUR = settings.VERIFICATIONS_PER_APP_MINUTE = 100_000
    yield f"{live_server.url}/webhooks/twilio/inbound"
    factories.forget_limits()


class Lives(RuleBasedStateMachine):
    """One example: a few people, and what they and we do."""

    simulator: ClassVar[Simulator]
    webhook: ClassVar[str]
    steps: ClassVar[int] = 0
    marketing: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        # Empty tables: a launch asks about everybody on file, and the ledger is walked as a whole.
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
        self.world = World(Product(self.simulator), self.webhook)

    @initialize(who=st.sets(st.tuples(people, programmes), min_size=6, max_size=12), place=programmes)
    def begin(self, who: set[tuple[int, int]], place: int) -> None:
        """Several people have joined, those who were asked said YES, and a campaign has reached them."""
        for person, programme in sorted(who):
            self.join(person, programme)
        for number, sender in self.world.asked():
            self.world.text(number, sender, "YES")
        self.send(place)

    def _name(self, place: int) -> str:
        return list(self.world.campaigns)[place]

    def _number(self, place: int) -> str:
        return self.world.numbers[place]

    @rule(who=people, programme=programmes)
    def join(self, who: int, programme: int) -> None:
        name = self._name(programme)
        self.world.text(self._number(who), self.world.model.programmes[name].sender, name)

    @rule(who=people, sender=senders, body=st.sampled_from(sorted(TEXTS)))
    def text(self, who: int, sender: str, body: str) -> None:
        self.world.text(self._number(who), sender, body)

    @rule(who=people, sender=senders, body=st.sampled_from(["START", "YES"]))
    def come_back(self, who: int, sender: str, body: str) -> None:
        self.world.text(self._number(who), sender, body)

    @rule(who=people, programme=programmes, is_right=st.booleans())
    def enter_a_code(self, who: int, programme: int, is_right: bool) -> None:
        self.world.enter_a_code(self._number(who), self._name(programme), is_right=is_right)

    @rule(who=people, by_app=st.booleans())
    def opt_out_otherwise(self, who: int, by_app: bool) -> None:
        (self.world.app_opts_out if by_app else self.world.staff_opts_out)(self._number(who))

    @rule(who=people, is_opt_out=st.booleans())
    def decide(self, who: int, is_opt_out: bool) -> None:
        self.world.decide(self._number(who), is_opt_out=is_opt_out)

    @rule(who=st.sets(people, min_size=1), have_left=st.booleans())
    def import_people(self, who: set[int], have_left: bool) -> None:
        self.world.import_people([self._number(place) for place in sorted(who)], have_left=have_left)

    @precondition(lambda self: self.world.imports)
    @rule(place=st.integers(0, 9))
    def undo_an_import(self, place: int) -> None:
        self.world.undo_an_import(place)

    @rule(who=people)
    def erase(self, who: int) -> None:
        self.world.erase(self._number(who))

    @rule(programme=programmes)
    def launch(self, programme: int) -> None:
        self.world.launch(self._name(programme))

    @rule(programme=programmes, is_delayed=st.booleans())
    def listen(self, programme: int, is_delayed: bool) -> None:
        self.world.listen(self._name(programme), is_delayed=is_delayed)

    @precondition(lambda self: self.world.listening)
    @rule(who=people, times=st.integers(1, 2))
    def tell(self, who: int, times: int) -> None:
        self.world.tell(self._number(who), times=times)

    @precondition(lambda self: self.world.wanted())
    @rule(place=programmes)
    def send(self, place: int) -> None:
        self._launch_wanted(place)
        self.world.settle()

    @precondition(lambda self: self.world.wanted())
    @rule()
    def send_all(self) -> None:
        for name in self.world.wanted():
            self.world.launch(name)
        self.world.settle()

    # A change of mind between the writing of an audience and its texts, and right before the next one.

    @precondition(lambda self: self.world.wanted())
    @rule(place=programmes, who=people, sender=senders, body=st.sampled_from(MINDS))
    def send_while_somebody_texts(self, place: int, who: int, sender: str, body: str) -> None:
        self._launch_wanted(place)
        self.world.freeze()
        self.text(who, sender, body)
        self.world.settle()

    @precondition(lambda self: self.world.wanted())
    @rule(who=people, sender=senders, body=st.sampled_from(MINDS))
    def send_after_somebody_texts(self, who: int, sender: str, body: str) -> None:
        self.text(who, sender, body)
        self.send_all()

    @precondition(lambda self: self.world.wanted())
    @rule(place=programmes, who=people)
    def send_while_a_file_says_who_left(self, place: int, who: int) -> None:
        self._launch_wanted(place)
        self.world.freeze()
        self.import_people({who}, have_left=True)
        self.send_all()

    @rule(who=people, programme=programmes)
    def join_and_be_sent_to(self, who: int, programme: int) -> None:
        self.join(who, programme)
        for number, sender in self.world.asked():
            self.world.text(number, sender, "YES")
        self.send_all()

    def _launch_wanted(self, place: int) -> None:
        names = self.world.wanted()
        self.world.launch(names[place % len(names)])

    @precondition(lambda self: self.world.launches)
    @rule()
    def freeze(self) -> None:
        self.world.freeze()

    @rule(lost_answer=st.booleans())
    def storm(self, lost_answer: bool) -> None:
        self.world.storm(lost_answer=lost_answer)

    @rule()
    def settle(self) -> None:
        self.world.settle()

    @rule()
    def a_day_passes(self) -> None:
        self.world.a_day_passes()

    @precondition(lambda self: self.world.may_be_refused())
    @rule()
    def lose_a_stop(self) -> None:
        number, sender = self.world.may_be_refused()[0]
        self.world.lose_a_stop(number, sender, is_refused=True)

    @rule(who=people, sender=st.sampled_from(TWILIO_ACTS))
    def find_a_lost_stop(self, who: int, sender: str) -> None:
        self.world.lose_a_stop(self._number(who), sender, is_refused=False)

    def teardown(self) -> None:
        self.world.settle()
        self.world.check_proof()
        Lives.steps += self.world.steps
        Lives.marketing += self.world.marketing


def test_whatever_people_and_staff_do_consent_holds(
    simulator: Simulator, webhook: str, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    Lives.simulator, Lives.webhook, Lives.steps, Lives.marketing = simulator, webhook, 0, 0
    is_long = pytestconfig.getoption("long")
    examples = MANY if is_long else FEW
    profile = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        # A sequence of some forty steps is read faster than it is shortened.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Lives, settings=profile)
    told = pytestconfig.pluginmanager.getplugin("terminalreporter")
    with capsys.disabled():
        told.write_line(f"{Lives.steps:,} steps in {examples} lives, {Lives.marketing:,} campaign texts")
    assert Lives.steps >= 10 * examples
    assert Lives.marketing >= (TEXTS_A_LIFE * examples if is_long else 1)


# The same questions, asked of a product that is broken on purpose: none of them is one that cannot fail.


@pytest.fixture
def stopped(product: Product, webhook: str) -> World:
    """A person who joined by the short code and left."""
    world = World(product, webhook)
    world.text(world.numbers[0], SHORT, next(iter(world.campaigns)))
    world.text(world.numbers[0], SHORT, "STOP")
    world.settle()
    return world


def raise_consent_without_the_person(number: str) -> None:
    Suppression.objects.all().delete()
    Subscription.objects.filter(number=number).update(
        state=Subscription.State.OPTED_IN, opted_in_at=Now(), stopped_on=None
    )


def test_a_text_after_a_stop_would_be_found(stopped: World) -> None:
    raise_consent_without_the_person(stopped.numbers[0])
    stopped.launch(next(iter(stopped.campaigns)))
    with pytest.raises(AssertionError, match="without standing consent"):
        stopped.settle()


def test_a_lost_opt_out_would_be_found(stopped: World) -> None:
    raise_consent_without_the_person(stopped.numbers[0])
    with pytest.raises(AssertionError, match="opted_in"):
        stopped.settle()


def test_standing_that_no_entry_of_the_ledger_explains_would_be_found(stopped: World) -> None:
    raise_consent_without_the_person(stopped.numbers[0])
    with pytest.raises(AssertionError, match="does not explain"):
        stopped.check_proof()


def test_a_second_answer_would_be_found(stopped: World, product: Product) -> None:
    owe(kind=Notice.Kind.HELP, number=stopped.numbers[0], sender=product.short_code, body=factories.HELP)
    stopped.text(stopped.numbers[0], SHORT, "HELP")
    with pytest.raises(AssertionError, match="got 2 answers, not 1 to 1"):
        stopped.settle()


def test_a_text_that_names_no_consent_would_be_found(product: Product, webhook: str) -> None:
    world = World(product, webhook)
    name = next(iter(world.campaigns))
    world.text(world.numbers[0], SHORT, name)
    world.launch(name)
    world.settle()
    world.check_proof()
    Outbound.objects.filter(kind="campaign").update(consent_event=None)
    with pytest.raises(AssertionError, match="names no consent"):
        world.check_proof()
