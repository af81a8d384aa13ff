"""What was stored in English is told again in its reader's language."""

import pytest
from django.template import Context, Template
from django.utils.translation import gettext, override

from campaigns.language import english, retold
from messaging.gateway.answers import Refusal, sentence
from messaging.gateway.errors import CODES, explain


@pytest.mark.parametrize("code", CODES)
def test_all_that_a_known_code_says_is_told_again(code: int) -> None:
    with override("es"):
        told = retold(explain(code))
    assert CODES[code].sentence not in told
    assert told.count(".") >= 2


def test_values_stay_what_they_are() -> None:
    with override("es"):
        assert retold(explain(12345)) == (
            "Twilio dio el código de error 12345. Busque el código en el diccionario de errores de Twilio."
        )


def test_what_the_carrier_said_stays_in_its_words() -> None:
    stored = sentence(Refusal(400, 12345, "No such thing. Ask us"))
    with override("es"):
        assert retold(stored).endswith("Twilio dijo: No such thing. Ask us")


def test_templates_tell_again_as_well() -> None:
    page = Template("{% load retelling %}{{ why|retold }}")
    with override("es"):
        assert page.render(Context({"why": "The text was empty."})) == "El SMS estaba vacío."


@pytest.mark.parametrize("stored", ["", "Somebody wrote this by hand.", "100 % (of it)", "%(name)s"])
def test_what_is_none_of_our_sentences_stays(stored: str) -> None:
    with override("es"):
        assert retold(stored) == stored


@pytest.mark.parametrize("stored", [explain(30007), explain(12345), "Twilio said: 5 % of it"])
def test_whoever_reads_english_reads_what_is_stored(stored: str) -> None:
    assert retold(stored) == stored


def test_words_are_english_for_what_is_stored_whoever_asks() -> None:
    with override("es"), english():
        assert gettext("Delivered") == "Delivered"
