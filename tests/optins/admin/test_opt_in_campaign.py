"""The page of an SMS Opt-In campaign: its shell, its state and its buttons."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from config.roles import LAUNCHER, MARKETER
from optins.actions.campaigns import end, pause
from optins.models import OptInCampaign
from tests.factories import TESTS, customer, global_campaign, opt_in_campaign, segment, signed_in, subscription

pytestmark = pytest.mark.django_db


def address(campaign: OptInCampaign) -> str:
    return reverse("admin:optins_optincampaign_change", args=[campaign.pk])


def shown(campaign: OptInCampaign, role: str = LAUNCHER) -> str:
    return signed_in(role).get(address(campaign)).content.decode()


def saved(campaign: OptInCampaign, **changes: Any) -> str:
    data = {"name": campaign.name, "slug": campaign.slug, "restriction": "none", **changes}
    page = signed_in(MARKETER).post(address(campaign), data, follow=True).content.decode()
    campaign.refresh_from_db()
    return page


def moved(campaign: OptInCampaign, move: str) -> str:
    url = reverse("admin:optins_optincampaign_move", args=[campaign.pk, move])
    page = signed_in(LAUNCHER).post(url, follow=True).content.decode()
    campaign.refresh_from_db()
    return page


def test_runtime_audience_and_notes_are_saved() -> None:
    campaign, texas = opt_in_campaign(live=False), segment()
    page = saved(campaign, starts_at="2030-03-01T09:30", ends_at="2030-04-01T09:30", audience=texas.pk, notes="Hi")
    assert "was saved" in page
    assert campaign.starts_at == dt.datetime(2030, 3, 1, 9, 30, tzinfo=dt.UTC)
    assert (campaign.audience, campaign.notes) == (texas, "Hi")


def test_an_end_before_the_beginning_is_refused_and_nothing_typed_is_lost() -> None:
    campaign = opt_in_campaign(live=False)
    page = saved(campaign, starts_at="2030-03-01T09:30", ends_at="2030-02-01T09:30", notes="Kept as typed")
    assert "must end after it begins" in page
    assert 'value="2030-02-01T09:30"' in page
    assert "Kept as typed" in page
    assert campaign.ends_at is None


def test_an_end_in_the_past_is_refused() -> None:
    campaign = opt_in_campaign()
    assert "would be over already" in saved(campaign, ends_at="2020-02-01T09:30")
    assert campaign.ends_at is None


@pytest.mark.parametrize("restriction", ["minimum_age", "attribute"])
def test_a_restriction_must_be_whole(restriction: str) -> None:
    campaign = opt_in_campaign(live=False)
    assert "Fill this in, or choose" in saved(campaign, restriction=restriction)
    assert campaign.restriction == "none"


def test_a_minimum_age_is_saved() -> None:
    campaign = opt_in_campaign(live=False)
    saved(campaign, restriction="minimum_age", minimum_age="21")
    assert (campaign.restriction, campaign.minimum_age) == ("minimum_age", 21)


def test_a_permalink_that_another_campaign_has_is_refused() -> None:
    other, campaign = opt_in_campaign(live=False), opt_in_campaign(live=False)
    assert "already exists" in saved(campaign, slug=other.slug)


def test_what_launch_has_fixed_is_greyed_out_says_why_and_is_not_saved() -> None:
    campaign = opt_in_campaign()
    assert "What is greyed out can no longer change" in shown(campaign)
    saved(campaign, slug="another", name="New name", restriction="minimum_age", minimum_age="5")
    assert (campaign.name, campaign.restriction) == ("New name", "none")
    assert campaign.slug != "another"


def test_a_campaign_that_was_launched_while_somebody_edited_is_not_half_saved() -> None:
    campaign = opt_in_campaign()
    page = saved(campaign, opened_in="draft", name="New name", restriction="minimum_age", minimum_age="5")
    assert "became live while you were editing" in page
    assert "New name" in page
    assert campaign.name != "New name"


def test_an_ended_campaign_keeps_all_but_its_notes() -> None:
    campaign = opt_in_campaign()
    end(campaign=campaign, by=TESTS)
    before = campaign.name
    saved(campaign, name="New name", notes="It went well")
    assert (campaign.name, campaign.notes) == (before, "It went well")


def test_the_figures_count_each_standing() -> None:
    campaign = opt_in_campaign()
    subscription(campaign, customer())
    subscription(campaign, customer())
    answer = signed_in(MARKETER).get(address(campaign))
    assert [(label, count) for label, _, count, _ in answer.context["tiles"]] == [
        ("Opted in", 2),
        ("Waiting for YES", 0),
        ("Opted out", 0),
    ]


def test_the_permalink_is_shown_whole() -> None:
    campaign = opt_in_campaign()
    assert f"http://testserver/c/{campaign.slug}" in shown(campaign)


@pytest.mark.parametrize(
    ("state", "labels"),
    [
        ("draft", ["Launch", "Cancel campaign"]),
        ("live", ["Pause", "End", "Cancel campaign"]),
        ("paused", ["Resume", "End", "Cancel campaign"]),
        ("ended", []),
    ],
)
def test_each_state_has_its_buttons(state: str, labels: list[str]) -> None:
    campaign = opt_in_campaign(live=state != "draft")
    if state in ("paused", "ended"):
        {"paused": pause, "ended": end}[state](campaign=campaign, by=TESTS)
    answer = signed_in(LAUNCHER).get(address(campaign))
    assert [button["label"] for button in answer.context["buttons"]] == labels


def test_a_move_is_asked_in_whole_words_before_it_is_made() -> None:
    global_campaign()
    campaign = opt_in_campaign(keywords=["SPRING"], live=False)
    page = signed_in(LAUNCHER).get(reverse("admin:optins_optincampaign_move", args=[campaign.pk, "launch"]))
    assert "People who text SPRING to" in page.content.decode()
    campaign.refresh_from_db()
    assert campaign.state == "draft"


@pytest.mark.parametrize(
    ("starts_at", "words"),
    [(dt.datetime(2030, 3, 1, 9, 30, tzinfo=dt.UTC), "from Friday 1 March 2030, 09:30 UTC."), (None, "at once.")],
)
def test_the_question_before_launch_says_when_it_begins(starts_at: dt.datetime | None, words: str) -> None:
    global_campaign()
    campaign = opt_in_campaign(live=False, starts_at=starts_at)
    page = signed_in(LAUNCHER).get(reverse("admin:optins_optincampaign_move", args=[campaign.pk, "launch"]))
    assert words in page.content.decode()


def asked(campaign: OptInCampaign, move: str) -> str:
    url = reverse("admin:optins_optincampaign_move", args=[campaign.pk, move])
    return signed_in(LAUNCHER).get(url, follow=True).content.decode()


def test_the_question_before_launch_says_that_a_double_opt_in_asks_first() -> None:
    global_campaign()
    assert "are asked for YES first, and then join" in asked(opt_in_campaign(double_opt_in=True, live=False), "launch")
    assert "asked for YES" not in asked(opt_in_campaign(live=False), "launch")


def test_what_cannot_be_launched_yet_says_what_is_missing_and_has_no_button() -> None:
    empty = OptInCampaign.objects.create(kind="opt_in", name="New", slug="new")
    page = asked(empty, "launch")
    assert "Choose a message provider and a target phone number first (Edit Options)." in page
    assert "Add at least one opt-in keyword first (Edit Options)." in page
    assert "Complete the Global SMS Opt-In first" in page
    assert ">Launch</button>" not in page


def test_a_second_launch_hears_that_it_is_live_already() -> None:
    campaign = opt_in_campaign(name="Spring offers")
    assert "“Spring offers” is live already." in asked(campaign, "launch")
    assert "“Spring offers” is live already." in moved(campaign, "launch")


@pytest.mark.parametrize("move", ["pause", "end", "cancel"])
def test_every_question_says_what_becomes_of_those_who_agreed(move: str) -> None:
    campaign = opt_in_campaign()
    subscription(campaign, customer())
    page = signed_in(LAUNCHER).get(reverse("admin:optins_optincampaign_move", args=[campaign.pk, move]))
    assert "The 1 who opted in stay opted in." in page.content.decode()


def test_the_buttons_move_the_campaign() -> None:
    campaign = opt_in_campaign()
    states = []
    for move in ("pause", "resume", "end"):
        moved(campaign, move)
        states.append(campaign.state)
    assert states == ["paused", "live", "ended"]


def test_a_refused_launch_says_on_top_what_to_do() -> None:
    campaign = opt_in_campaign(live=False)
    assert "Complete the Global SMS Opt-In first" in moved(campaign, "launch")
    assert campaign.state == "draft"


@pytest.mark.parametrize("move", ["begin", "nonsense"])
def test_a_move_that_no_person_makes_has_no_page(move: str) -> None:
    campaign = opt_in_campaign(live=False)
    url = reverse("admin:optins_optincampaign_move", args=[campaign.pk, move])
    assert signed_in(LAUNCHER).post(url).status_code == 404


def test_a_marketer_has_no_buttons_and_cannot_launch() -> None:
    campaign, browser = opt_in_campaign(live=False), signed_in(MARKETER)
    assert browser.get(address(campaign)).context["buttons"] == []
    url = reverse("admin:optins_optincampaign_move", args=[campaign.pk, "launch"])
    assert browser.post(url).status_code == 403
