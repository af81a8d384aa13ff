"""Tokens that a web process remembers: a new one signs at once, an old one some seconds more, an unknown one never."""

from collections.abc import Callable

import pytest
from pytest_django import DjangoAssertNumQueries

from messaging.webhooks.accounts import REMEMBERED_SECONDS, Accounts
from optins.models import MessageProvider
from tests import factories

pytestmark = pytest.mark.django_db

OLD, NEW = "the-old-token", "the-new-token"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def provider() -> MessageProvider:
    return factories.provider(auth_token=OLD)


def by(token: str) -> Callable[[tuple[str, ...]], bool]:
    """A request that was signed with this token."""
    return lambda tokens: token in tokens


def test_an_account_is_read_once_in_some_seconds(
    provider: MessageProvider, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    accounts = Accounts()
    with django_assert_num_queries(1):
        assert all(accounts.let_in(provider.account_sid, by(OLD)) for _ in range(5))


def test_a_new_token_signs_at_once(provider: MessageProvider) -> None:
    accounts = Accounts()
    assert accounts.let_in(provider.account_sid, by(OLD))
    MessageProvider.objects.update(auth_token=NEW)
    assert accounts.let_in(provider.account_sid, by(NEW))
    assert not accounts.let_in(provider.account_sid, by(OLD))


def test_a_token_that_was_taken_away_signs_for_some_seconds_at_most(provider: MessageProvider) -> None:
    clock = Clock()
    accounts = Accounts(clock)
    assert accounts.let_in(provider.account_sid, by(OLD))
    MessageProvider.objects.update(auth_token=NEW)
    clock.now += REMEMBERED_SECONDS
    assert not accounts.let_in(provider.account_sid, by(OLD))


def test_an_account_that_was_deleted_or_never_was_signs_nothing(provider: MessageProvider) -> None:
    clock = Clock()
    accounts = Accounts(clock)
    assert not accounts.let_in("AC" + "f" * 32, by(OLD))
    assert accounts.let_in(provider.account_sid, by(OLD))
    provider.delete()
    clock.now += REMEMBERED_SECONDS
    assert not accounts.let_in(provider.account_sid, by(OLD))
