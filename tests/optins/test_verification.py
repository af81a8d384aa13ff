"""Codes under many hands at once, against the real Postgres: guesses are counted, a code wins once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from campaigns.refusals import Refused
from optins.actions.asking import request_code
from optins.actions.confirming import Outcome, confirm_code
from optins.actions.verification import Asker
from optins.models import Notice, OptInCampaign, Subscription, Verification
from tests import factories
from tests.optins.api.conftest import texted_code

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = "+13139711649"


@pytest.fixture
def programme() -> OptInCampaign:
    factories.forget_limits()
    return factories.opt_in_campaign()


@pytest.fixture
def asker(programme: OptInCampaign) -> Asker:
    return Asker(customer_id=factories.customer().pk, app=factories.api_app(campaign=programme))


def all_at_once(act: Callable[[], object], times: int) -> Counter[str]:
    """Run `act` in as many threads, from one starting shot; the outcomes, counted by word."""
    shot = Barrier(times)

    def run(_: int) -> str:
        shot.wait()
        try:
            return str(act())
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(run, range(times)))


def test_of_parallel_right_codes_one_succeeds(asker: Asker) -> None:
    request_code(asker=asker, to_phone_number=NUMBER)
    code = texted_code(NUMBER)

    told = all_at_once(lambda: confirm_code(asker=asker, to_phone_number=NUMBER, code=code), 8)

    assert told == {Outcome.JOINED: 1, "code_not_found": 7}
    assert Notice.objects.filter(kind=Notice.Kind.WELCOME).count() == 1
    assert factories.ledger_of(NUMBER) == ["verified", "opted_in"]


def test_of_fifty_parallel_wrong_guesses_five_are_judged(asker: Asker) -> None:
    request_code(asker=asker, to_phone_number=NUMBER)

    told = all_at_once(lambda: confirm_code(asker=asker, to_phone_number=NUMBER, code="no"), 50)

    assert told == {"invalid_code": 4, "too_many_attempts": 46}
    assert (Verification.objects.get().tries, Verification.objects.get().state) == (5, "dead")
    assert not Subscription.objects.exists()


def test_of_two_numbers_confirmed_at_once_one_is_the_first(asker: Asker) -> None:
    numbers = [factories.number() for _ in range(6)]
    for number in numbers:
        request_code(asker=asker, to_phone_number=number)
    waiting = [(number, texted_code(number)) for number in numbers]

    def confirm() -> Outcome:
        number, code = waiting.pop()
        return confirm_code(asker=asker, to_phone_number=number, code=code)

    assert all_at_once(confirm, 6) == {Outcome.JOINED: 1, Outcome.OTHER_NUMBER: 5}
    assert Subscription.objects.count() == 1


def test_of_parallel_requests_one_is_texted(asker: Asker) -> None:
    told = all_at_once(lambda: request_code(asker=asker, to_phone_number=NUMBER) or "sent", 10)

    assert told == {"sent": 1, "too_many_requests": 9}
    assert Notice.objects.count() == Verification.objects.count() == 1


def test_two_apps_may_ask_for_one_number_and_both_codes_work(asker: Asker, programme: OptInCampaign) -> None:
    other = Asker(customer_id=asker.customer_id, app=factories.api_app(campaign=programme))
    request_code(asker=asker, to_phone_number=NUMBER)
    first = texted_code(NUMBER)
    factories.forget_limits()
    request_code(asker=other, to_phone_number=NUMBER)

    assert confirm_code(asker=other, to_phone_number=NUMBER, code=texted_code(NUMBER)) == Outcome.JOINED
    assert confirm_code(asker=asker, to_phone_number=NUMBER, code=first) == Outcome.ALREADY_IN


def test_a_code_is_stored_as_a_digest_and_in_the_sealed_text_alone(asker: Asker) -> None:
    request_code(asker=asker, to_phone_number=NUMBER)
    code = texted_code(NUMBER)

    with connection.cursor() as cursor:
        cursor.execute("SELECT v::text, n::text FROM optins_verification v, optins_notice n")
        rows = str(cursor.fetchall())
    assert code not in rows


def test_a_customer_found_by_number_keeps_the_name_on_file(programme: OptInCampaign) -> None:
    known = factories.customer(first_name="Grace", last_name="Hopper", numbers=[NUMBER])
    stranger = Asker(first_name="Mallory", last_name="X")
    request_code(asker=stranger, to_phone_number=NUMBER, campaign_id=programme.pk)

    outcome = confirm_code(asker=stranger, to_phone_number=NUMBER, code=texted_code(NUMBER))

    known.refresh_from_db()
    assert (outcome, str(known)) == (Outcome.JOINED, "Grace Hopper")
