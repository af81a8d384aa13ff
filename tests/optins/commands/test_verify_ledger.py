"""`manage.py verify_ledger`: real entries are tampered with, and the command names the first that is not as written."""

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from optins.actions import ledger
from optins.actions.ledger import Entry, Evidence, Method
from optins.models import ChainHead, ConsentEvent
from tests.commands import said, told
from tests.optins.tampering import tamper

pytestmark = pytest.mark.django_db

ADA, BOB = "+13135550101", "+13135550102"
_TABLE = "optins_consentevent"
_COPY = "number_digest, previous, digest, commitment, action, method, reason, wording, wording_version, inbound_sid, \
    app_key, staff, at"


@pytest.fixture
def entries() -> Sequence[ConsentEvent]:
    """Four entries of Ada's, with one of Bob's between each two."""
    written = []
    for serial in range(4):
        evidence = Evidence(method=Method.KEYWORD, wording=f"Wording {serial}", inbound_text="SPRING", ip="192.0.2.1")
        both = [Entry(number=number, action="opted_in", evidence=evidence) for number in (ADA, BOB)]
        written.append(ledger.append(both)[0])
    return written


def fault(*arguments: str) -> Any:
    """What the command names, which then ends with exit code 1."""
    out = io.StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_ledger", *arguments, "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert (answer["status"], answer["intact"]) == ("ok", False)
    return answer["fault"]


def test_a_ledger_as_it_was_written_is_intact(entries: Sequence[ConsentEvent]) -> None:
    answer = told("verify_ledger")
    assert (answer["intact"], answer["numbers"], answer["entries"], answer["fault"]) == (True, 2, 8, None)
    assert answer["entries_per_second"] > 0
    assert "8 entries of 2 numbers" in said("verify_ledger")


def test_an_empty_ledger_is_intact() -> None:
    assert told("verify_ledger")["entries"] == 0


@pytest.mark.parametrize(
    "change",
    [
        "reason = 'invented'", "action = 'opted_out'", "wording = 'Other words'", "at = at - interval '1 day'",
        "programme_id = 7", "customer_id = 7", "staff = 'somebody'", "scope_id = 7", "app_key = 'x'",
        "inbound_sid = 'SM1'", "method = 'code'", "wording_version = ''", "sender_id = 7",
    ],
)  # fmt: skip
def test_a_changed_entry_is_named(entries: Sequence[ConsentEvent], change: str) -> None:
    tamper(f"UPDATE {_TABLE} SET {change} WHERE id = %s", entries[1].pk)
    named = fault()
    assert (named["entry"], named["sequence"], named["kind"]) == (entries[1].pk, 2, "changed")


@pytest.mark.parametrize("change", ["number = '+13135550109'", "inbound_text = 'YES'", "ip = NULL", "salt = 'x'"])
def test_changed_evidence_is_named(entries: Sequence[ConsentEvent], change: str) -> None:
    tamper(f"UPDATE optins_personalevidence SET {change} WHERE event_id = %s", entries[2].pk)
    named = fault()
    assert (named["entry"], named["kind"]) == (entries[2].pk, "changed")
    assert "not what it was written with" in named["sentence"]


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_missing_entry_is_named_by_the_one_after_it(entries: Sequence[ConsentEvent], place: int) -> None:
    tamper(f"DELETE FROM {_TABLE} WHERE id = %s", entries[place].pk)
    named = fault()
    assert (named["entry"], named["kind"]) == (entries[place + 1].pk, "missing")


def test_a_missing_entry_is_found_also_when_the_others_are_numbered_anew(entries: Sequence[ConsentEvent]) -> None:
    tamper(f"DELETE FROM {_TABLE} WHERE id = %s", entries[1].pk)
    for moved in entries[2:]:
        tamper(f"UPDATE {_TABLE} SET sequence = sequence - 1 WHERE id = %s", moved.pk)
    assert (fault()["entry"], fault()["kind"]) == (entries[2].pk, "missing")


def test_evidence_that_is_gone_without_an_erasure_is_named(entries: Sequence[ConsentEvent]) -> None:
    tamper("DELETE FROM optins_personalevidence WHERE event_id = %s", entries[3].pk)
    named = fault()
    assert (named["entry"], named["kind"], named["number"]) == (entries[3].pk, "missing", "")


def test_an_inserted_entry_is_named(entries: Sequence[ConsentEvent]) -> None:
    for moved in reversed(entries[2:]):
        tamper(f"UPDATE {_TABLE} SET sequence = sequence + 1 WHERE id = %s", moved.pk)
    forged = _COPY.replace("previous, digest", "digest, repeat('a', 64)")
    tamper(f"INSERT INTO {_TABLE} (sequence, {_COPY}) SELECT 3, {forged} FROM {_TABLE} WHERE id = %s", entries[1].pk)
    named = fault()
    assert (named["sequence"], named["kind"]) == (3, "inserted")


def test_reordered_entries_are_named(entries: Sequence[ConsentEvent]) -> None:
    for place, sequence in ((1, 99), (2, 2), (1, 3)):
        tamper(f"UPDATE {_TABLE} SET sequence = %s WHERE id = %s", sequence, entries[place].pk)
    assert (fault()["entry"], fault()["kind"]) == (entries[2].pk, "reordered")


def test_one_number_can_be_asked_about(entries: Sequence[ConsentEvent]) -> None:
    tamper(f"UPDATE {_TABLE} SET reason = 'x' WHERE id = %s", entries[0].pk)
    assert told("verify_ledger", "--number", BOB)["entries"] == 4
    assert fault("--number", "(313) 555-0101")["number"] == "+1313•••0101"


def test_another_key_vouches_for_nothing(entries: Sequence[ConsentEvent]) -> None:
    with override_settings(NUMBER_HASH_KEY="another" * 8):
        assert fault()["kind"] == "changed"


def cut_off(entries: Sequence[ConsentEvent]) -> None:
    for entry in entries:
        tamper("DELETE FROM optins_personalevidence WHERE event_id = %s", entry.pk)
        tamper(f"DELETE FROM {_TABLE} WHERE id = %s", entry.pk)


def test_entries_that_were_cut_off_at_the_end_are_missed(entries: Sequence[ConsentEvent]) -> None:
    cut_off(entries[2:])
    named = fault()
    assert (named["entry"], named["number"], named["sequence"], named["kind"]) == (0, "+1313•••0101", 3, "missing")
    assert "the newest entries, 2 of 4, are missing" in named["sentence"]


def test_they_are_missed_also_when_more_was_written_since(entries: Sequence[ConsentEvent]) -> None:
    cut_off(entries[3:])
    after = ledger.write(number=ADA, action="opted_out", evidence=Evidence(method=Method.STOP))
    named = fault()
    assert (named["entry"], named["sequence"], named["kind"]) == (after.pk, 5, "missing")


def test_a_chain_that_was_taken_out_whole_is_missed(entries: Sequence[ConsentEvent]) -> None:
    cut_off(entries)
    assert (fault()["sequence"], fault()["kind"], fault("--number", ADA)["entry"]) == (1, "missing", 0)


def test_who_lowers_the_count_along_cannot_seal_it(entries: Sequence[ConsentEvent]) -> None:
    cut_off(entries[3:])
    lowered = "UPDATE optins_chainhead SET entries = 3, digest = %s WHERE number_digest = %s"
    tamper(lowered, entries[2].digest, entries[2].number_digest)
    named = fault()
    assert (named["entry"], named["kind"]) == (entries[2].pk, "changed")


def test_an_older_count_in_the_place_of_the_newest_is_named(entries: Sequence[ConsentEvent]) -> None:
    (older,) = ChainHead.objects.filter(number_digest=entries[0].number_digest).values("entries", "digest", "seal")
    after = ledger.write(number=ADA, action="opted_out", evidence=Evidence(method=Method.STOP))
    restored = "UPDATE optins_chainhead SET entries = %s, digest = %s, seal = %s WHERE number_digest = %s"
    tamper(restored, older["entries"], older["digest"], older["seal"], after.number_digest)
    assert (fault()["entry"], fault()["kind"]) == (after.pk, "changed")


def test_a_count_that_was_taken_away_stays_away_and_what_people_say_is_written(
    entries: Sequence[ConsentEvent],
) -> None:
    tamper("DELETE FROM optins_chainhead WHERE number_digest = %s", entries[0].number_digest)
    after = ledger.write(number=ADA, action="opted_out", evidence=Evidence(method=Method.STOP))
    assert (fault()["entry"], fault()["sequence"], fault()["kind"]) == (after.pk, 5, "missing")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE optins_chainhead SET entries = entries - 1", "UPDATE optins_chainhead SET seal = digest",
     "DELETE FROM optins_chainhead"],
)  # fmt: skip
def test_the_database_refuses_to_shorten_a_chain(entries: Sequence[ConsentEvent], statement: str) -> None:
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
