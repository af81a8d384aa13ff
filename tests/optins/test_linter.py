"""The wording linter: what each kind of text must say, read as an auditor reads it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optins import linter, wording
from optins.code_texts import code_text
from optins.linter import Kind, findings

_FILLED = {
    "{Description}": "Acme",
    "{{Description}}": "Acme",
    "{Message frequency}": "4 msgs/month.",
    "{website}": "acme.example.com",
    "{{website}}": "acme.example.com",
    "{you have now been opted-out}": "You have now been opted-out.",
    "{enter your keywords}": "JOIN",
    "{any other stop keywords}": "END, QUIT",
}
# The sample messages as the guide prints them.
_GUIDE = {
    Kind.WELCOME: "Welcome to {Description} Alerts! Msg&data rates may apply. {Message frequency} "
    "Reply HELP for help, STOP to cancel.",
    Kind.OPT_OUT: "This is {{Description}} Alerts. {you have now been opted-out} Reply JOIN to opt back in. "
    "For further information go to {{website}}.",
    Kind.HELP: "This is {{Description}} Alerts. {Message frequency} Reply STOP to cancel. "
    "For further information go to {{website}}.",
    Kind.NO_MATCH: "Sorry we did not understand that for more information please reply {enter your keywords} to "
    "subscribe, HELP or to stop: STOP {any other stop keywords}.",
}  # fmt: skip
GOOD = "Welcome to Acme Alerts! Msg&data rates may apply. 4 msgs/month. Reply HELP for help, STOP to cancel."


def rules(kind: Kind, text: str, **given: list[str]) -> list[str]:
    return [finding.rule for finding in findings(kind, text, **given)]


def filled(text: str) -> str:
    return re.sub(r"\{+[^{}]+\}+", lambda gap: _FILLED[gap.group()], text)


@pytest.mark.parametrize("kind", _GUIDE)
def test_the_guides_samples_pass_when_they_are_filled_in(kind: Kind) -> None:
    assert rules(kind, filled(_GUIDE[kind])) == []


@pytest.mark.parametrize(
    ("kind", "text", "lacks"),
    [
        (Kind.WELCOME, "Thanks for the confirmation! you are all set!", ["name", "frequency", "rates", "help", "stop"]),
        (Kind.WELCOME, "Message from hui", ["name", "frequency", "rates", "help", "stop"]),
        (Kind.OPT_OUT, "You have unsubscribed", ["name", "contact"]),
        (Kind.HELP, "HELP FROM GLOBAL", ["name", "frequency", "stop", "contact"]),
        (Kind.NO_MATCH, "Message doesn't match any keyword", ["help", "stop"]),
        (Kind.MARKETING, "Triggered Message from twilio sms", ["name", "stop"]),
    ],
)
def test_the_texts_on_the_guides_screenshots_do_not(kind: Kind, text: str, lacks: list[str]) -> None:
    assert rules(kind, text) == lacks


@pytest.mark.parametrize(
    ("kind", "sample"),
    [(Kind.WELCOME, wording.WELCOME), (Kind.HELP, wording.HELP), (Kind.OPT_OUT, wording.OPT_OUT)],
)
def test_our_own_samples_pass_when_they_are_filled_in(kind: Kind, sample: str) -> None:
    assert rules(kind, filled(sample)) == []


def test_what_asks_for_yes_and_what_brings_a_code_pass_as_they_are() -> None:
    assert rules(Kind.CONFIRMATION_REQUEST, wording.ask_for_yes_sample("Spring offers")) == []
    assert rules(Kind.CODE, code_text(code="123456", prefix="", programme="Spring offers", minutes=10)) == []


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("Welcome to Acme Alerts! ", "name"),
        ("Msg&data rates may apply. ", "rates"),
        ("4 msgs/month. ", "frequency"),
        ("HELP for help, ", "help"),
        ("STOP to cancel", "stop"),
    ],
)
def test_each_thing_that_is_left_out_of_a_welcome_is_named(said: str, rule: str) -> None:
    assert rule in rules(Kind.WELCOME, GOOD.replace(said, ""))


@pytest.mark.parametrize(
    "frequency",
    ["Up to 4 messages per month", "2-4 msgs/mo", "Message frequency varies", "Recurring automated messages",
     "Weekly texts", "1 msg per request", "4 mensajes por mes"],
)  # fmt: skip
def test_frequency_is_found_in_the_forms_in_which_it_is_written(frequency: str) -> None:
    assert "frequency" not in rules(Kind.WELCOME, f"Acme: hi. {frequency}.")


@pytest.mark.parametrize(
    "text",
    ["Acme: hi", "[Acme] hi", "Acme & Sons - hi", "Welcome to Acme", "Hi! This is Acme Alerts.", "Your Acme code is 1"],
)
def test_a_text_that_introduces_itself_says_who_is_texting(text: str) -> None:
    assert "name" not in rules(Kind.MARKETING, text)


@pytest.mark.parametrize("text", ["Sale: 20% off", "Reminder: you are due", "Welcome to our list", "Your order left"])
def test_a_word_before_a_colon_is_not_always_a_name(text: str) -> None:
    assert "name" in rules(Kind.MARKETING, text)


def test_the_companys_or_the_programmes_name_anywhere_will_do() -> None:
    assert "name" not in rules(Kind.MARKETING, "20% off at bikes & co today", names=["", "Bikes & Co"])


@pytest.mark.parametrize("link", ["bit.ly/3xY", "https://tinyurl.com/abc", "T.CO/x", "see bit.ly"])
def test_links_of_public_shorteners_are_found(link: str) -> None:
    assert rules(Kind.MARKETING, f"Acme: sale {link} STOP to end") == ["shortener"]


@pytest.mark.parametrize("link", ["habit.ly/x", "acme.com/bit.lya", "https://acme.example/t.common"])
def test_other_links_are_not(link: str) -> None:
    assert rules(Kind.MARKETING, f"Acme: sale {link} STOP to end") == []


def test_the_answer_to_stop_may_not_advertise() -> None:
    text = "This is Acme. You are unsubscribed. 20% off if you come back! acme.example.com"
    assert rules(Kind.OPT_OUT, text) == ["marketing"]


def test_standard_rates_are_refused_by_carriers() -> None:
    assert "standard_rates" in rules(Kind.WELCOME, "Acme: Standard msg&data rates may apply.")


@pytest.mark.parametrize("kind", Kind)
def test_a_blank_text_lacks_nothing(kind: Kind) -> None:
    assert rules(kind, " \n") == []


@given(kind=st.sampled_from(Kind), text=st.text(max_size=200))
def test_an_insertion_mends_its_finding_and_adds_none(kind: Kind, text: str) -> None:
    for finding in findings(kind, text):
        if finding.insertion:
            after = rules(kind, f"{text.rstrip()} {finding.insertion}")
            assert finding.rule not in after
            assert set(after) <= set(rules(kind, text))


def test_every_finding_is_a_whole_sentence() -> None:
    for kind in linter.Kind:
        for finding in findings(kind, "standard data rates bit.ly/x on sale"):
            assert finding.sentence.endswith(".")
