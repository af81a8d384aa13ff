"""Message providers: secrets go in and never come out; a provider in use stays."""

import pytest
from django.utils.html import escape

from campaigns.models import AuditEntry
from config.roles import ADMIN, LAUNCHER
from messaging.simulator.accounts import JAN
from optins.models import MessageProvider, Sender
from tests import factories
from tests.factories import signed_in
from tests.fixtures.simulator import Simulator
from tests.messaging.admin.screens import page

pytestmark = pytest.mark.django_db
SECRET = "a-secret-that-nobody-reads-again"


def typed(**fields: str) -> dict[str, str]:
    return {"name": "Twilio Jan", "kind": "twilio", "account_sid": "AC" + "0" * 32, "api_key_sid": "", **fields}


@pytest.fixture
def provider() -> MessageProvider:
    return factories.provider(account_sid="AC" + "0" * 32, auth_token=SECRET, second_auth_token="the-second-one")


def test_a_secret_is_kept_and_never_rendered_back() -> None:
    client = signed_in(ADMIN)
    client.post(page("optins_messageprovider_add"), typed(new_auth_token=SECRET))
    provider = MessageProvider.objects.get()
    assert provider.auth_token == SECRET
    for name in ("change", "history", "delete"):
        assert SECRET not in client.get(page(f"optins_messageprovider_{name}", provider.pk)).text
    assert SECRET not in str(list(AuditEntry.objects.values_list("detail", flat=True)))


def test_a_refused_form_does_not_echo_the_secret() -> None:
    answer = signed_in(ADMIN).post(page("optins_messageprovider_add"), typed(name="", new_auth_token=SECRET))
    assert answer.status_code == 200
    assert SECRET not in answer.text


def test_blank_keeps_the_old_secret(provider: MessageProvider) -> None:
    signed_in(ADMIN).post(page("optins_messageprovider_change", provider.pk), typed(name="Renamed"))
    provider.refresh_from_db()
    assert (provider.name, provider.auth_token, provider.second_auth_token) == ("Renamed", SECRET, "the-second-one")


def test_the_second_token_can_be_removed(provider: MessageProvider) -> None:
    signed_in(ADMIN).post(page("optins_messageprovider_change", provider.pk), typed(remove_second_auth_token="on"))
    provider.refresh_from_db()
    assert (provider.auth_token, provider.second_auth_token) == (SECRET, "")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "Give the auth token: it signs webhooks."),
        ({"new_auth_token": SECRET, "account_sid": "AC1"}, "An account SID is AC followed by 32 hexadecimal digits."),
        ({"new_auth_token": SECRET, "api_key_sid": "SK1"}, "An API key needs both its SID and its secret."),
    ],
)
def test_bad_credentials_are_refused_with_a_sentence(fields: dict[str, str], sentence: str) -> None:
    answer = signed_in(ADMIN).post(page("optins_messageprovider_add"), typed(**fields))
    assert sentence in answer.text
    assert not MessageProvider.objects.exists()


def test_a_provider_in_use_is_not_deleted(provider: MessageProvider) -> None:
    factories.sender(provider=provider)
    answer = signed_in(ADMIN).post(page("optins_messageprovider_delete", provider.pk), {"post": "yes"}, follow=True)
    assert "cannot be deleted, because it is in use by: phone numbers." in answer.text
    assert MessageProvider.objects.filter(pk=provider.pk).exists()


def test_a_provider_nobody_uses_is_deleted(provider: MessageProvider) -> None:
    signed_in(ADMIN).post(page("optins_messageprovider_delete", provider.pk), {"post": "yes"})
    assert not MessageProvider.objects.exists()


def test_below_admin_it_is_only_read(provider: MessageProvider) -> None:
    client = signed_in(LAUNCHER)
    assert SECRET not in client.get(page("optins_messageprovider_change", provider.pk)).text
    for name in ("change", "check", "fetch", "delete"):
        assert client.post(page(f"optins_messageprovider_{name}", provider.pk), typed()).status_code == 403


def test_a_connection_that_fails_says_why_and_stays_visible(provider: MessageProvider, carrier: Simulator) -> None:
    client = signed_in(ADMIN)
    client.post(page("optins_messageprovider_check", provider.pk))
    provider.refresh_from_db()
    assert provider.check_problem
    assert escape(provider.check_problem) in client.get(page("optins_messageprovider_change", provider.pk)).text


def test_a_connection_that_works_brings_its_numbers(carrier: Simulator) -> None:
    jan = factories.provider(account_sid=JAN.sid, auth_token=JAN.auth_token)
    client = signed_in(ADMIN)
    assert "Connected to" in client.post(page("optins_messageprovider_check", jan.pk), follow=True).text
    assert "Added " in client.post(page("optins_messageprovider_fetch", jan.pk), follow=True).text
    assert Sender.objects.filter(provider=jan).exists()
