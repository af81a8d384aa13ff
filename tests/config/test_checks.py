"""Each misconfiguration that can be read and makes no sense has an id and a hint."""

import pytest
from cryptography.fernet import Fernet
from django.core.checks import CheckMessage, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pytest_django import Settings

LONG_ENOUGH = "k" * 50


@pytest.fixture
def production(settings: Settings) -> Settings:
    """A production installation with nothing wrong."""
    settings.OPTLINE_ENV = "production"
    settings.SECRET_KEY = settings.NUMBER_HASH_KEY = LONG_ENOUGH
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    settings.PUBLIC_BASE_URL = "https://sms.example.com"
    settings.SIMULATOR_URL = ""
    settings.DEBUG = False
    return settings


def ours() -> list[CheckMessage]:
    return [message for message in run_checks() if str(message.id).startswith("optline.")]


@pytest.mark.usefixtures("production")
def test_a_sound_installation_has_nothing_to_mend() -> None:
    assert ours() == []


@pytest.mark.parametrize(
    ("identity", "setting", "value"),
    [
        ("optline.E001", "SECRET_KEY", "short"),
        ("optline.E002", "FIELD_ENCRYPTION_KEYS", []),
        ("optline.E002", "FIELD_ENCRYPTION_KEYS", [Fernet.generate_key().decode(), "not a key"]),
        ("optline.E003", "NUMBER_HASH_KEY", ""),
        ("optline.E004", "PUBLIC_BASE_URL", "https://"),
        ("optline.E004", "PUBLIC_BASE_URL", "https://example.com/sms"),
        ("optline.E005", "PUBLIC_BASE_URL", "https://my_host.example.com"),
        ("optline.E006", "PUBLIC_BASE_URL", "http://sms.example.com"),
        ("optline.E007", "SIMULATOR_URL", "http://127.0.0.1:8010"),
        ("optline.E008", "DEBUG", True),
        ("optline.E009", "ALLOWED_COUNTRIES", ["US", "Canada"]),
        ("optline.E009", "DEFAULT_PHONE_REGION", "us"),
        ("optline.E010", "TIME_ZONE", "Eastern"),
        ("optline.E011", "TWILIO_TIMEOUT", 20.0),
        ("optline.W001", "STOP_SCOPE", "sender"),
    ],
)
def test_a_misconfiguration_has_an_id_and_a_hint(
    production: Settings, identity: str, setting: str, value: object
) -> None:
    setattr(production, setting, value)
    (message,) = ours()
    assert message.id == identity
    assert message.hint


def test_on_a_developers_machine_http_and_the_simulated_carrier_are_allowed(production: Settings) -> None:
    production.OPTLINE_ENV = "local"
    production.PUBLIC_BASE_URL = "http://127.0.0.1:8000"
    production.SIMULATOR_URL = "http://127.0.0.1:8010"
    production.DEBUG = True
    assert ours() == []


def test_the_check_command_refuses_an_error(production: Settings) -> None:
    production.SECRET_KEY = "short"
    with pytest.raises(SystemCheckError, match="SECRET_KEY is missing or short"):
        call_command("check")
