"""The simulator's plain rules: signature, parts, numbers, connection overrides."""

import pytest

from messaging.simulator.accounts import DEMO_ACCOUNTS, Kind
from messaging.simulator.addresses import normalised, place
from messaging.simulator.parts import count_parts
from messaging.simulator.signature import sign
from messaging.simulator.webhooks import Overrides


def test_the_published_signature_is_reproduced() -> None:
    parameters = {
        "CallSid": "CA1234567890ABCDE",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
        "Caller": "+14158675309",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert sign("12345", url, parameters) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert sign("12345", url + "#rc=3", parameters) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize(
    ("body", "kind", "parts"),
    [
        ("x" * 160, "long_code", 1),
        ("x" * 161, "long_code", 2),
        ("x" * 306, "long_code", 2),
        ("x" * 306, "toll_free", 3),
        ("€" * 80, "short_code", 1),
        ("€" * 81, "short_code", 2),
        ("’" * 70, "long_code", 1),
        ("’" * 71, "long_code", 2),
        ("😀" * 35, "long_code", 1),
        ("😀" * 36, "long_code", 2),
    ],
)
def test_parts_are_counted(body: str, kind: Kind, parts: int) -> None:
    assert count_parts(body, kind) == parts


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("+1 (313) 555-0142", "+13135550142"),
        ("3135550142", "+13135550142"),
        ("13135550142", "+13135550142"),
        ("+447700900123", "+447700900123"),
        ("+11135550142", None),
        ("97865", None),
        ("", None),
    ],
)
def test_a_phone_number_is_read(raw: str, number: str | None) -> None:
    assert normalised(raw) == number


def test_a_number_elsewhere_has_no_place() -> None:
    assert place("+447700900123") == {"City": "", "State": "", "Zip": "", "Country": ""}


def test_connection_overrides_are_read_within_their_bounds() -> None:
    assert Overrides.of("https://example.com/") == Overrides()
    overrides = Overrides.of("https://example.com/?a=1#rc=9&ct=1&rt=2000&tt=x&rp=5xx,ct")
    assert (overrides.retries, overrides.connect, overrides.read, overrides.total) == (5, 100, 2000, 15_000)
    assert overrides.retried("5xx")
    assert not overrides.retried("4xx")
    assert not overrides.retried(None)
    assert Overrides.of("https://example.com/#rp=all").retried("4xx")


def test_the_demo_accounts_have_the_shapes_of_twilio() -> None:
    for account in DEMO_ACCOUNTS:
        for name, prefix in [(account.sid, "AC"), (account.key_sid, "SK")]:
            assert name.startswith(prefix)
            assert len(name) == 34
        assert len(account.auth_token) == 32
    numbers = [number.address for account in DEMO_ACCOUNTS for number in account.numbers]
    assert len(set(numbers)) == len(numbers)
