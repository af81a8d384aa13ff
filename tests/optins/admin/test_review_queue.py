"""The review queue: the most urgent first with the time left, decided on the page of each text."""

import datetime as dt

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from config.dashboard import needs
from config.roles import LAUNCHER, MARKETER, VIEWER
from messaging.reports.health import pulse
from optins.models import OptOutReview, Sender
from tests import factories
from tests.factories import signed_in
from tests.optins.texting import ADA, BOB, standing, text

pytestmark = pytest.mark.django_db
QUEUE = "admin:optins_optoutreview_changelist"
State = OptOutReview.State


@pytest.fixture
def sender() -> Sender:
    programme = factories.opt_in_campaign()
    chosen = programme.options.sender
    assert chosen is not None
    for number, said in ((ADA, "I never signed up for this"), (BOB, "this is spam")):
        factories.subscription(programme, factories.customer(numbers=[number]))
        text(chosen, said, number=number)
    OptOutReview.objects.filter(number=BOB).update(received_at=Now() - dt.timedelta(days=30))
    return chosen


def page(number: str = ADA) -> str:
    return reverse("admin:optins_optoutreview_change", args=[OptOutReview.objects.get(number=number).pk])


@pytest.mark.usefixtures("sender")
def test_the_most_urgent_stands_first_and_what_is_overdue_is_red() -> None:
    shown = signed_in(VIEWER).get(reverse(QUEUE)).text
    assert shown.index("this is spam") < shown.index("I never signed up")
    assert 'data-state="failed">Overdue<' in shown
    assert "business days<" in shown


@pytest.mark.usefixtures("sender")
def test_a_launcher_reads_a_text_as_an_opt_out() -> None:
    answer = signed_in(LAUNCHER).post(page(), {"decision": "opt_out"}, follow=True)
    assert "gets no more texts" in answer.text
    assert standing() == ["opted_out"]
    assert "I never signed up" not in answer.text


@pytest.mark.usefixtures("sender")
def test_not_an_opt_out_asks_for_the_reason() -> None:
    client = signed_in(LAUNCHER)
    assert "Say why this text is not an opt-out." in client.post(page(), {"decision": "keep"}, follow=True).text
    client.post(page(), {"decision": "keep", "reason": "Means the loyalty card"})
    assert OptOutReview.objects.get(number=ADA).state == State.KEPT
    assert "Means the loyalty card" in client.get(page()).text


@pytest.mark.parametrize("role", [VIEWER, MARKETER])
@pytest.mark.usefixtures("sender")
def test_others_look_and_cannot_decide(role: str) -> None:
    client = signed_in(role)
    assert "It is an opt-out" not in client.get(page()).text
    assert client.post(page(), {"decision": "opt_out"}).status_code == 403
    assert standing() == ["opted_in"]


@pytest.mark.usefixtures("sender")
def test_home_says_that_texts_wait() -> None:
    need = next(need for need in needs(pulse()) if "may ask to stop" in need.title)
    assert (need.title, need.tone) == ("2 texts may ask to stop and wait for your decision", "danger")
    assert need.text.startswith("Overdue since")
    assert need.url == reverse(QUEUE)


@pytest.mark.usefixtures("sender")
def test_what_a_person_texts_is_escaped(sender: Sender) -> None:
    text(sender, "spam <script>alert(1)</script>", number="+13135550103")
    client = signed_in(LAUNCHER)
    assert "<script>alert" not in client.get(reverse(QUEUE)).text + client.get(page("+13135550103")).text
