"""What a person agrees to on a public page."""

import pytest

from optins.disclosure import disclosure


def test_it_names_who_texts_and_what_the_law_asks_for() -> None:
    text = disclosure(programme="Acme Offers", welcome="")

    assert "recurring automated marketing text messages from Acme Offers" in text
    assert "Consent is not a condition of purchase." in text
    assert text.endswith("Msg & data rates may apply. Reply HELP for help, STOP to cancel.")


@pytest.mark.parametrize(
    ("welcome", "said"),
    [
        ("Acme: you are in. 4 msgs/month. Msg&data rates may apply.", "4 msgs/month."),
        ("Welcome! up to 5 messages per week, STOP to end", "Up to 5 messages per week."),
        ("Acme: we send 2 texts every week.", "We send 2 texts every week."),
        ("Welcome to Acme.", "Message frequency varies."),
        ("", "Message frequency varies."),
    ],
)
def test_how_often_is_taken_from_the_welcome_message(welcome: str, said: str) -> None:
    assert f" entered. {said} Consent" in disclosure(programme="Acme", welcome=welcome)
