"""`manage.py campaign_status`: figures that add up, and when a campaign is settled."""

import json
import threading

import pytest
from django.core.management import execute_from_command_line
from django.db import connection
from pytest_django.fixtures import Settings

from messaging.actions.runs.lifecycle import finish_runs, start_due
from messaging.actions.sending.claiming import claim_recipients
from messaging.models import MessagingCampaign, Outbound, Run
from messaging.states import State
from tests import factories
from tests.commands import refused, said, told

pytestmark = pytest.mark.django_db

STATES = ("skipped", "queued", "sending", "uncertain", "accepted", "sent", "delivered", "failed", "cancelled")


def fired() -> MessagingCampaign:
    """A campaign whose run has two people waiting and one left out."""
    programme = factories.opt_in_campaign()
    for _ in range(2):
        factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    factories.customer(numbers=[factories.number()])
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return campaign


def test_the_states_add_up_to_what_was_planned() -> None:
    campaign = fired()
    answer = told("campaign_status", campaign.pk)
    assert set(STATES) == {state.value for state in State}
    assert answer["planned"] == sum(answer[state] for state in STATES) == 3
    assert (answer["queued"], answer["skipped"], answer["settled"]) == (2, 1, False)
    assert answer["runs"] == {"open": 1, "finished": 0, "cancelled": 0}
    reason = answer["reasons"][0]
    assert (reason["state"], reason["reason"], reason["count"]) == ("skipped", "not_opted_in", 1)


def test_it_foretells_when_the_texts_leave_and_who_has_had_enough(settings: Settings) -> None:
    settings.QUIET_HOURS, settings.FREQUENCY_CAP = False, 1
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    claim_recipients(run=Run.objects.get(), parts=1)
    factories.subscription(programme, factories.customer(numbers=[factories.number()]))
    campaign = factories.messaging_campaign(factories.scheduled(programme), due=False)
    assert "forecast" not in told("campaign_status", campaign.pk)
    (foretold,) = told("campaign_status", campaign.pk, "--forecast")["forecast"]
    assert (foretold["held"], foretold["skipped"]) == (0, {"frequency_cap": 1})
    assert [row["texts"] for row in foretold["leaving"]] == [1]
    text = said("campaign_status", campaign.pk, "--forecast")
    assert "1 leave, 0 of them wait at first, 1 left out (frequency_cap), the last at " in text


def test_people_read_the_figures_and_the_reasons() -> None:
    campaign = fired()
    told("pause_campaign", campaign.pk, "--reason=The price is wrong.")
    text = said("campaign_status", campaign.slug)
    assert text.splitlines()[:3] == [
        f"“{campaign.name}” (campaign {campaign.pk}) is paused, not settled.",
        "The price is wrong.",
        "3 planned: 1 skipped, 2 queued.",
    ]


def test_a_campaign_is_settled_when_its_runs_are_closed_and_no_text_waits() -> None:
    campaign = fired()
    Outbound.objects.filter(state=State.QUEUED).update(state=State.SKIPPED, reason="too_late")
    assert not told("campaign_status", campaign.pk)["settled"]
    finish_runs()
    answer = told("campaign_status", campaign.pk, "--wait", 60)
    assert (answer["settled"], answer["runs"]["finished"]) == (True, 1)


def test_a_message_that_has_yet_to_fire_is_not_settled() -> None:
    factories.customer()
    campaign = factories.messaging_campaign(factories.scheduled(factories.opt_in_campaign()), due=False)
    assert told("campaign_status", campaign.pk, "--wait", 0.01)["settled"] is False
    told("cancel_campaign", campaign.pk)
    assert told("campaign_status", campaign.pk)["settled"] is True


def test_a_draft_is_not_settled_and_an_unknown_campaign_is_refused() -> None:
    campaign = factories.messaging_campaign(live=False)
    answer = told("campaign_status", campaign.pk)
    assert (answer["state"], answer["planned"], answer["settled"]) == ("draft", 0, False)
    assert refused("campaign_status", "nothing")["code"] == "not_found"


@pytest.mark.django_db(transaction=True)
def test_waiting_ends_as_soon_as_the_campaign_is_settled() -> None:
    campaign = fired()

    def cancel() -> None:
        said("cancel_campaign", campaign.pk)
        connection.close()

    timer = threading.Timer(0.1, cancel)
    timer.start()
    answer = told("campaign_status", campaign.pk, "--wait", 20)
    timer.join()
    assert (answer["state"], answer["cancelled"], answer["settled"]) == ("cancelled", 2, True)


def test_a_command_line_that_cannot_be_read_is_told_like_all_else(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--json"], ["1", "--wait=soon", "--json"]):
        with pytest.raises(SystemExit) as ended:
            execute_from_command_line(["manage.py", "campaign_status", *arguments])
        written = capsys.readouterr()
        answer = json.loads(written.out)
        assert (ended.value.code, answer["code"]) == (1, "argument_error")
        assert answer["message"] in written.err
