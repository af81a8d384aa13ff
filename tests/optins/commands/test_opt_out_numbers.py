"""`manage.py opt_out_numbers`: lists of opt-outs and of deactivated numbers end consent by the ledger."""

from pathlib import Path

import pytest

from campaigns.models import PhoneNumber
from optins.keywords import Meaning
from optins.models import ConsentEvent, OptInCampaign, Suppression
from tests import factories
from tests.commands import refused, said, told
from tests.optins.texting import ADA, BOB, standing, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme() -> OptInCampaign:
    """Ada has joined, and has verified her number."""
    programme = factories.opt_in_campaign(keywords=["SPRING"])
    factories.customer(numbers=[ADA], verified=True)
    text(programme.options.sender, "SPRING")
    return programme


def a_file(folder: Path, *lines: str) -> Path:
    file = folder / "list.csv"
    file.write_text("\n".join(lines))
    return file


def test_a_list_opts_out_and_suppresses_with_its_reason(programme: OptInCampaign, tmp_path: Path) -> None:
    file = a_file(tmp_path, "phone,name", "(313) 555-0101,Ada", BOB, "", "12")
    answer = told("opt_out_numbers", file, "--reason", "Wrote to us")
    assert (answer["numbers"], answer["ended"], [row["line"] for row in answer["rejected"]]) == (2, 1, [5])
    assert standing() == ["opted_out"]
    assert set(Suppression.objects.filter(sender=None).values_list("number", flat=True)) == {ADA, BOB}
    assert set(ConsentEvent.objects.of(BOB).values_list("action", "reason")) == {("suppressed", "Wrote to us")}


def test_a_list_taken_twice_changes_nothing_again(programme: OptInCampaign, tmp_path: Path) -> None:
    file = a_file(tmp_path, ADA)
    said("opt_out_numbers", file, "--reason", "Wrote to us")
    before = factories.ledger_of(ADA)
    assert "1 numbers, 0 subscriptions ended." in said("opt_out_numbers", file, "--reason", "Wrote to us")
    assert factories.ledger_of(ADA) == before


def test_a_deactivated_number_loses_consent_and_proof_and_its_next_holder_may_join(
    programme: OptInCampaign, tmp_path: Path
) -> None:
    answer = told("opt_out_numbers", a_file(tmp_path, ADA), "--deactivated", "--reason", "Deactivated 2026-11-21")
    assert answer["ended"] == 1
    last = ConsentEvent.objects.of(ADA).order_by("-sequence")[0]
    assert (last.action, last.method, last.reason) == ("opted_out", "carrier", "Deactivated 2026-11-21")
    assert PhoneNumber.objects.get(number=ADA).verified_at is None
    assert not Suppression.objects.exists()
    assert text(programme.options.sender, "SPRING") is Meaning.KEYWORD
    assert standing() == ["opted_in"]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert refused("opt_out_numbers", tmp_path / "none.csv", "--reason", "x")["code"] == "argument_error"
