"""How often codes may be asked for: counted in Redis, told with Retry-After."""

import pytest
from pytest_django.fixtures import Settings

from optins.models import Notice
from tests import factories
from tests.optins.api.conftest import OK, Caller, code_of

NUMBER = "+13139711649"


@pytest.fixture(autouse=True)
def _known(db: None) -> None:
    factories.customer(external_id="ada")


def test_a_second_code_has_to_wait_and_the_third_longer(caller: Caller) -> None:
    waits = []
    for _ in range(3):
        assert caller.request_code("ada", NUMBER) == OK
        assert code_of(caller.request_code("ada", NUMBER)) == (429, "too_many_requests")
        waits.append(_retry_after(caller))
        factories.forget_cooldowns()

    assert waits == pytest.approx([30, 60, 120], abs=2)
    assert Notice.objects.count() == 3


def test_a_number_has_a_limit_an_hour(caller: Caller, settings: Settings) -> None:
    settings.VERIFICATIONS_PER_NUMBER_HOUR, settings.VERIFICATION_COOLDOWN = 2, 0
    answers = [caller.request_code("ada", NUMBER)[0] for _ in range(3)]

    assert answers == [200, 200, 429]
    assert 3590 <= _retry_after(caller) <= 3600


@pytest.mark.parametrize(
    "limit", ["VERIFICATIONS_PER_CUSTOMER_HOUR", "VERIFICATIONS_PER_APP_MINUTE", "VERIFICATIONS_PER_IP_HOUR"]
)
def test_customer_app_and_ip_have_limits_whatever_the_number(caller: Caller, settings: Settings, limit: str) -> None:
    setattr(settings, limit, 2)

    assert [caller.request_code("ada", factories.number())[0] for _ in range(3)] == [200, 200, 429]


def test_the_persons_own_address_counts_in_place_of_the_servers(caller: Caller, settings: Settings) -> None:
    settings.VERIFICATIONS_PER_IP_HOUR = 1
    addresses = ["198.51.100.1", "198.51.100.2", "198.51.100.2"]
    asked = [caller.request_code("ada", factories.number(), ip_address=address)[0] for address in addresses]

    assert asked == [200, 200, 429]


def test_what_is_refused_for_another_reason_costs_nothing(caller: Caller, settings: Settings) -> None:
    settings.VERIFICATIONS_PER_IP_HOUR = 1
    caller.request_code("ada", NUMBER, campaign_id=2**40)

    assert caller.request_code("ada", NUMBER) == OK


def test_what_cannot_be_counted_is_not_sent(caller: Caller, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    assert code_of(caller.request_code("ada", NUMBER)) == (503, "temporarily_unavailable")
    assert _retry_after(caller) == 60
    assert not Notice.objects.exists()


def _retry_after(caller: Caller) -> int:
    body = f'{{"external_id": "ada", "to_phone_number": "{NUMBER}"}}'
    answer = caller.raw("POST", "/messaging_events/sms/validation/request", body)
    return int(answer.headers["Retry-After"])
