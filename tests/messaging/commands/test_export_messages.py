"""`manage.py export_messages`: a campaign's texts for spreadsheets and programs."""

import csv
import io
import json

import pytest

from messaging.actions.runs.lifecycle import start_due
from messaging.models import MessagingCampaign
from tests import factories
from tests.commands import refused, said

pytestmark = pytest.mark.django_db

NUMBER = "+13139711649"


def fired() -> MessagingCampaign:
    """A campaign with one text waiting and one left out; one external id is a formula."""
    programme = factories.opt_in_campaign()
    factories.subscription(programme, factories.customer(external_id="=1+1", numbers=[NUMBER]))
    factories.customer(external_id="nobody")
    campaign = factories.messaging_campaign(factories.scheduled(programme))
    start_due()
    return campaign


def table(*arguments: object) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said("export_messages", *arguments))))


def objects(*arguments: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in said("export_messages", *arguments, "--json").splitlines()]


def test_each_text_is_a_line_and_no_cell_a_formula() -> None:
    waiting, left_out = table(fired().pk)
    assert (waiting["state"], waiting["external_id"], waiting["number"]) == ("queued", "'=1+1", "'+1313•••1649")
    assert (left_out["state"], left_out["reason"], left_out["number"]) == ("skipped", "no_phone", "")
    assert waiting["due_at"].startswith("20")
    assert "body" not in waiting


def test_programs_read_one_object_a_line() -> None:
    waiting, left_out = objects(fired().slug, "--whole-numbers", "--bodies")
    assert (waiting["number"], waiting["external_id"], waiting["sid"]) == (NUMBER, "=1+1", None)
    assert (waiting["body"], left_out["number"], left_out["attempts"]) == ("", "", 0)


def test_one_state_is_exported() -> None:
    assert [row["state"] for row in objects(fired().pk, "--state=skipped")] == ["skipped"]


def test_a_campaign_without_texts_is_a_table_without_rows() -> None:
    campaign = factories.messaging_campaign(live=False)
    assert table(campaign.pk) == []
    assert objects(campaign.pk) == []


def test_an_opt_in_campaign_exports_its_answers() -> None:
    assert objects(factories.opt_in_campaign().pk) == []


def test_an_unknown_campaign_is_refused() -> None:
    assert refused("export_messages", "nothing")["code"] == "not_found"
