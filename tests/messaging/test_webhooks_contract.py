"""What every webhook must withstand: only Twilio's signature, over the public address and all parameters, lets in."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from messaging.gateway.signatures import sign
from messaging.models import Inbound, PendingCallback
from optins.models import MessageProvider
from tests import factories
from tests.messaging.signed import INBOUND, PUBLIC, STATUS, Pairs, inbound_of, post, status_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize(("path", "given"), [(INBOUND, inbound_of), (STATUS, status_of)]),
]

Given = Callable[..., Pairs]
TOKEN = "the-auth-token"


@pytest.fixture
def provider() -> MessageProvider:
    return factories.provider(auth_token=TOKEN)


def kept() -> int:
    return Inbound.objects.count() + PendingCallback.objects.count()


def test_a_signed_request_is_let_in(path: str, given: Given, provider: MessageProvider) -> None:
    assert post(path, given(provider), TOKEN).status_code in (200, 204)
    assert kept() == 1


def test_an_unsigned_request_changes_nothing(path: str, given: Given, provider: MessageProvider) -> None:
    assert post(path, given(provider), None).status_code == 403
    assert kept() == 0


def test_debug_opens_nothing(path: str, given: Given, provider: MessageProvider, settings: Settings) -> None:
    settings.DEBUG = True
    assert post(path, given(provider), None).status_code == 403
    assert post(path, given(provider), "wrong").status_code == 403
    assert kept() == 0


@pytest.mark.parametrize("signature", ["", "x", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "\udcff", "ü", "=" * 10_000])
def test_a_wrong_signature_changes_nothing(path: str, given: Given, provider: MessageProvider, signature: str) -> None:
    answer = post(path, given(provider), None, HTTP_X_TWILIO_SIGNATURE=signature)
    assert answer.status_code == 403
    assert kept() == 0


def test_while_a_token_rotates_both_sign(path: str, given: Given, provider: MessageProvider) -> None:
    provider.second_auth_token = "the-next-token"
    provider.save()
    assert post(path, given(provider), TOKEN).status_code < 300
    assert post(path, given(provider), "the-next-token").status_code < 300
    assert post(path, given(provider), "").status_code == 403


def test_after_the_rotation_the_old_token_signs_no_more(path: str, given: Given, provider: MessageProvider) -> None:
    provider.auth_token = "the-next-token"
    provider.save()
    assert post(path, given(provider), TOKEN).status_code == 403


def test_another_accounts_signature_does_not_count(path: str, given: Given, provider: MessageProvider) -> None:
    other = factories.provider(auth_token="the-others-token")
    assert post(path, given(provider), "the-others-token").status_code == 403
    assert post(path, given(other), TOKEN).status_code == 403


@pytest.mark.parametrize("sid", ["", "AC" + "f" * 32, "\0", "AC\udcff", "x" * 5000])
def test_an_account_we_do_not_know_is_refused(path: str, given: Given, provider: MessageProvider, sid: str) -> None:
    known = sid.encode("utf-8", "replace").decode()
    assert post(path, given(provider, AccountSid=known), TOKEN).status_code == 403


def test_a_request_without_parameters_is_refused(path: str, given: Given, provider: MessageProvider) -> None:
    assert post(path, [], TOKEN).status_code == 403


def test_parameters_we_do_not_know_blank_and_repeated_ones_are_signed_too(
    path: str, given: Given, provider: MessageProvider
) -> None:
    pairs = [*given(provider), ("Brand New", ""), ("Z", "2"), ("Z", "1"), ("Z", "2"), ("é", "ü & 🎉 \n")]
    assert post(path, pairs, TOKEN).status_code < 300


@pytest.mark.parametrize("change", [("extra", ""), ("To", "99999"), ("Body", "hello ")])
def test_a_parameter_changed_on_the_way_is_refused(
    path: str, given: Given, provider: MessageProvider, change: tuple[str, str]
) -> None:
    signature = sign(PUBLIC + path, given(provider), TOKEN)
    changed = [*given(provider), change]
    assert post(path, changed, None, HTTP_X_TWILIO_SIGNATURE=signature).status_code == 403
    assert kept() == 0


@pytest.mark.parametrize(
    ("public", "signed"),
    [
        ("https://sms.example.com", "https://sms.example.com"),
        ("https://sms.example.com", "https://sms.example.com:443"),
        ("https://sms.example.com:443", "https://sms.example.com"),
        ("http://sms.example.com:8000", "http://sms.example.com"),
    ],
)
def test_the_signature_is_over_the_public_address_with_or_without_port(
    path: str, given: Given, provider: MessageProvider, settings: Settings, public: str, signed: str
) -> None:
    settings.PUBLIC_BASE_URL = public
    answer = post(path, given(provider), TOKEN, signed_url=signed + path, HTTP_HOST="127.0.0.1")
    assert answer.status_code < 300


def test_a_signature_over_the_requests_own_host_does_not_count(
    path: str, given: Given, provider: MessageProvider, settings: Settings
) -> None:
    settings.PUBLIC_BASE_URL = "https://sms.example.com"
    assert post(path, given(provider), TOKEN, signed_url=f"http://testserver{path}").status_code == 403


def test_the_query_is_signed_too(path: str, given: Given, provider: MessageProvider) -> None:
    assert post(f"{path}?a=1&b=%20x", given(provider), TOKEN).status_code < 300
    assert post(f"{path}?a=2", given(provider), TOKEN, signed_url=f"{PUBLIC}{path}?a=1").status_code == 403


def test_a_trailing_slash_answers_where_it_stands(path: str, given: Given, provider: MessageProvider) -> None:
    assert post(f"{path}/", given(provider), TOKEN).status_code < 300


@pytest.mark.parametrize("method", ["get", "put", "delete", "head"])
def test_only_a_post_is_taken(path: str, given: Given, provider: MessageProvider, method: str) -> None:
    assert getattr(Client(), method)(path).status_code == 405


@pytest.mark.parametrize(
    "body", ["%ff=%fe&AccountSid=%00", "&&&==", "AccountSid", "\udcff".encode("utf-8", "replace").decode()]
)
def test_garbage_is_refused_and_no_error_of_ours(path: str, given: Given, provider: MessageProvider, body: str) -> None:
    assert post(path, given(provider), TOKEN, body=body).status_code == 403


def test_a_huge_body_is_refused(path: str, given: Given, provider: MessageProvider) -> None:
    assert post(path, given(provider, Body="x" * 3_000_000), TOKEN).status_code in (400, 413)
    assert kept() == 0


def test_a_nul_in_any_parameter_is_no_error(path: str, given: Given, provider: MessageProvider) -> None:
    for name, _ in given(provider):
        if name != "AccountSid":
            value = dict(given(provider))[name]
            assert post(path, given(provider, **{name: f"{value}\0"}), TOKEN).status_code < 300, name


@pytest.mark.parametrize("sid", ["", "SM" + "1" * 33, "SM 1"])
def test_a_message_without_a_proper_id_is_refused(path: str, given: Given, provider: MessageProvider, sid: str) -> None:
    assert post(path, given(provider, MessageSid=sid), TOKEN).status_code == 400
    assert kept() == 0
