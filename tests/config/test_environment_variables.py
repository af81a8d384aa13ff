"""What is read from the environment: a typo is refused with a sentence, never taken for a default."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as env

NAME = "OPTLINE_TESTS_ONLY"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda value: monkeypatch.setenv(NAME, value)


@pytest.mark.parametrize(
    ("read", "default"),
    [
        (lambda: env.text(NAME, "here"), "here"),
        (lambda: env.words(NAME, ("US", "CA")), ["US", "CA"]),
        (lambda: env.flag(NAME, default=True), True),
        (lambda: env.integer(NAME, 7), 7),
        (lambda: env.number(NAME, 2.5), 2.5),
        (lambda: env.choice(NAME, "brand", ("brand", "sender")), "brand"),
    ],
    ids=["text", "words", "flag", "integer", "number", "choice"],
)
def test_what_is_not_set_has_its_default(read: Callable[[], object], default: object) -> None:
    assert read() == default


def test_a_text_loses_its_outer_spaces_and_keeps_its_signs(given: Callable[[str], None]) -> None:
    given("  $value with #signs ")
    assert env.text(NAME) == "$value with #signs"


def test_a_list_drops_blanks(given: Callable[[str], None]) -> None:
    given(" US, ,CA,")
    assert env.words(NAME) == ["US", "CA"]


@pytest.mark.parametrize(
    ("raw", "value"), [("1", True), ("TRUE", True), ("on", True), ("no", False), ("0", False), ("", False)]
)
def test_a_flag_is_read_in_any_case(given: Callable[[str], None], raw: str, value: bool) -> None:
    given(raw)
    assert env.flag(NAME, default=not value) is value


@pytest.mark.parametrize(
    ("raw", "read", "sentence"),
    [
        ("ture", lambda: env.flag(NAME, default=True), "is “ture”. Set it to true or false."),
        ("ten", lambda: env.integer(NAME, 10), "is “ten”. Set it to a whole number."),
        ("1.5", lambda: env.integer(NAME, 10), "is “1.5”. Set it to a whole number."),
        ("-1", lambda: env.integer(NAME, 10), "is -1. Set it to 0 or more."),
        ("5", lambda: env.integer(NAME, 6, minimum=6), "is 5. Set it to 6 or more."),
        ("soon", lambda: env.number(NAME, 1), "is “soon”. Set it to a number of seconds."),
        ("0", lambda: env.number(NAME, 1), "is 0.0. Set it to more than 0 seconds."),
        ("nan", lambda: env.number(NAME, 1), "is nan. Set it to more than 0 seconds."),
        ("inf", lambda: env.number(NAME, 1), "is inf. Set it to more than 0 seconds."),
        ("prod", lambda: env.choice(NAME, "local", ("local",)), "is “prod”. Set it to one of: local."),
    ],
)
def test_what_cannot_be_meant_is_refused(
    given: Callable[[str], None], raw: str, read: Callable[[], object], sentence: str
) -> None:
    given(raw)
    with pytest.raises(ImproperlyConfigured) as refusal:
        read()
    assert str(refusal.value) == f"{NAME} {sentence}"
