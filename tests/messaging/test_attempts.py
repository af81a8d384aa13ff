"""Attempt ids: new each time, and leading to their text, in Python and in Postgres alike."""

import uuid

import pytest
from django.db.models import UUIDField, Value
from hypothesis import given
from hypothesis import strategies as st

from messaging.attempts import new_attempt, new_attempts, outbound_of
from messaging.queries import outbound_of as outbound_of_in_sql
from optins.models import MessageProvider
from tests import factories

LARGEST = 2**48 - 1


@given(st.lists(st.integers(1, LARGEST), max_size=20))
def test_each_attempt_leads_to_its_text(ids: list[int]) -> None:
    attempts = [uuid.UUID(written) for written in new_attempts(ids)]
    assert [outbound_of(attempt) for attempt in attempts] == ids
    assert all((attempt.version, attempt.variant) == (8, uuid.RFC_4122) for attempt in attempts)


def test_no_two_attempts_of_a_text_are_the_same() -> None:
    assert len(set(new_attempts([7] * 1_000))) == 1_000


@pytest.mark.django_db
@pytest.mark.parametrize("pk", [1, 65_535, 65_536, 2**40 + 3, LARGEST])
def test_postgres_reads_the_text_from_an_attempt_as_we_do(pk: int) -> None:
    factories.provider()
    attempt = Value(new_attempt(pk), output_field=UUIDField())
    assert MessageProvider.objects.values_list(outbound_of_in_sql(attempt), flat=True).get() == pk
