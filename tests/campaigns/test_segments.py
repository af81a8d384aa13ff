"""Segments through the door: rows that become a rule, what is refused, and what a rule means in words and people."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from campaigns.models import Attribute, AuditEntry, Campaign, Segment
from tests import factories
from tests.factories import customer, segment, signed_in

pytestmark = pytest.mark.django_db
SEGMENTS = "/admin/campaigns/segment"

TEXAS = {"field": "state", "operator": "is", "value": "TX"}
RICH = {"field": "points", "operator": "between", "value": [10, 20]}
VIP = {"field": "vip", "operator": "is_true"}


@pytest.fixture
def marketer() -> Client:
    return signed_in("Marketer")


@pytest.fixture(autouse=True)
def vocabulary() -> None:
    Attribute.objects.create(key="points", label="Points", type="number")
    Attribute.objects.create(key="vip", label="VIP", type="boolean")
    Attribute.objects.create(key="tier", label="Tier", type="choice", choices=["gold", "silver"])


def rows(*conditions: tuple[Any, ...], joiner: str = "all", start: int = 1, group: str = "0") -> dict[str, Any]:
    """The form's fields for rows of one group: field, operator, value or values, and the second value."""
    posted: dict[str, Any] = {f"rule-{group}-joiner": joiner, "rule-row": []}
    for number, (field, operator, *values) in enumerate(conditions, start):
        value, to, *_ = [*values, "", ""]
        cells = {"in": group, "field": field, "operator": operator, "value": value, "to": to}
        posted |= {f"rule-{number}-{cell}": given for cell, given in cells.items()}
        posted["rule-row"].append(str(number))
    return posted


def with_group(outer: dict[str, Any], inner: dict[str, Any]) -> dict[str, Any]:
    both = {"rule-row": [*outer["rule-row"], *inner["rule-row"]], "rule-group": ["1"]}
    return {**outer, **inner, **both}


TEXANS_OR_RICH = with_group(
    rows(("state", "is", "TX"), ("", "", "")),
    rows(("points", "between", "10", "20"), ("vip", "is_true"), joiner="any", start=3, group="1"),
)


def save(client: Client, fields: dict[str, Any], *, name: str = "Texans", pk: int | None = None) -> str:
    path = f"{SEGMENTS}/{pk}/change/" if pk else f"{SEGMENTS}/add/"
    return client.post(path, {"name": name, "description": "", **fields}, follow=True).content.decode()


def meaning(client: Client, *conditions: tuple[Any, ...], **more: Any) -> str:
    return client.post(f"{SEGMENTS}/meaning/", {**rows(*conditions), **more}).content.decode()


def after(client: Client, act: str, fields: dict[str, Any]) -> str:
    return client.post(f"{SEGMENTS}/rows/", {**fields, "do": act}).content.decode()


def numbers(page: str) -> list[str]:
    return re.findall(r'name="rule-row" value="(\d+)"', page)


def test_a_segment_is_built_from_rows(marketer: Client) -> None:
    save(marketer, TEXANS_OR_RICH)
    made = Segment.objects.get()
    assert made.rule == {"all": [TEXAS, {"any": [RICH, VIP]}]}
    listed = marketer.get(f"{SEGMENTS}/").content.decode()
    assert "People in TX (whose Points is between 10 and 20 or whose VIP is yes)." in listed
    shown = marketer.get(f"{SEGMENTS}/{made.pk}/change/").content.decode()
    assert numbers(shown) == ["1", "2", "3"]
    assert 'name="rule-2-to" value="20"' in shown


def test_a_wrong_row_is_marked_and_the_others_stay(marketer: Client) -> None:
    again = save(marketer, {**TEXANS_OR_RICH, "rule-3-value": "many"})
    assert "Points: “many” is not a number" in again
    assert 'value="TX"' in again
    assert not Segment.objects.exists()


def test_a_segment_without_rows_is_everybody(marketer: Client) -> None:
    save(marketer, rows(("", "")))
    assert Segment.objects.get().rule == {}


def test_two_segments_cannot_have_one_name(marketer: Client) -> None:
    segment(name="All")
    assert "with this Name already exists" in save(marketer, rows(), name="All")


def test_each_question_has_its_row_and_its_rule(marketer: Client) -> None:
    gold, message = segment(name="Gold"), factories.messaging_campaign(factories.scheduled(
        factories.opt_in_campaign()), live=False).messages.get()  # fmt: skip
    asked: list[tuple[Any, ...]] = [
        ("state", "is_any_of", "OH, TX ,"), ("tier", "is_none_of", ["gold"]), ("@segment", "is_not_in", gold.pk),
        ("@event", "happened", "order", "30"), ("@message", "did_not_get", message.pk),
    ]  # fmt: skip
    save(marketer, rows(*asked))
    made = Segment.objects.get(name="Texans")
    assert [condition["value"] for condition in made.rule["all"]] == [
        ["OH", "TX"], ["gold"], gold.pk, {"event": "order", "days": 30}, message.pk,
    ]  # fmt: skip
    shown = marketer.get(f"{SEGMENTS}/{made.pk}/change/").content.decode()
    for found in ('value="OH, TX"', 'value="gold" checked', 'value="order"', f'value="{message.pk}" selected'):
        assert found in shown


def test_the_meaning_is_told_with_the_people_and_some_of_them(marketer: Client) -> None:
    texan = customer(first_name="Tex", state="TX", attributes={"points": 12})
    customer(state="TX")
    told = marketer.post(f"{SEGMENTS}/meaning/", TEXANS_OR_RICH).content.decode()
    assert ">1 person<" in told
    assert "People in TX (whose Points" in told
    assert f'<a href="/admin/campaigns/customer/{texan.pk}/change/">Tex Lovelace</a>' in told
    assert "Points: 12 · State or province: TX" in told


def test_ten_of_many_people_are_shown(marketer: Client) -> None:
    for _ in range(12):
        customer(state="TX")
    told = meaning(marketer, ("state", "is", "tx"))
    assert "12 people" in told
    assert told.count("/change/") == 10


def test_a_row_that_waits_for_its_value_is_no_mistake(marketer: Client) -> None:
    for waiting in (("state", "is", ""), ("points", "between", "1", ""), ("@event", "happened", "", "30")):
        told = meaning(marketer, waiting)
        assert "A row waits for its value" in told
        assert "data-row" not in told


def test_what_is_wrong_is_told_of_its_row(marketer: Client) -> None:
    told = meaning(marketer, ("state", "is", "TX"), ("points", "is", "many"))
    assert '<li data-row="2">Points: “many” is not a number' in told
    assert "people<" not in told


@pytest.mark.parametrize(
    ("act", "left", "focus"),
    [
        ("add:0", ["1", "2", "5", "3", "4"], "5-field"),
        ("add:1", ["1", "2", "3", "4", "5"], "5-field"),
        ("group", ["1", "2", "3", "4", "5"], "5-field"),
        ("remove:1", ["2", "3", "4"], "2-remove"),
        ("remove:4", ["1", "2", "3"], "3-remove"),
        ("ungroup:1", ["1", "2"], "group"),
        ("nonsense", ["1", "2", "3", "4"], ""),
    ],
)
def test_a_button_changes_the_rows_and_says_where_the_hand_goes(
    marketer: Client, act: str, left: list[str], focus: str
) -> None:
    shown = after(marketer, act, TEXANS_OR_RICH)
    assert numbers(shown) == left
    assert ('data-focus="id_rule-' + focus if focus else "<fieldset") in shown
    assert ("data-focus" in shown) is bool(focus)


def test_the_last_row_that_goes_leaves_the_button_that_adds_one(marketer: Client) -> None:
    assert 'data-focus="id_rule-add-0"' in after(marketer, "remove:1", rows(("state", "is", "TX")))


def test_another_field_brings_its_own_operators_and_inputs(marketer: Client) -> None:
    shown = after(marketer, "", rows(("tier", "between", "10", "20"), ("@event", "is", "order")))
    assert '<option value="is" selected>' in shown
    assert '<option value="gold">' in shown
    assert 'name="rule-2-to" value="30"' in shown


def test_segments_that_would_go_round_in_a_circle_are_refused_with_the_way(marketer: Client) -> None:
    first = segment(name="First")
    second = segment({"all": [{"field": "@segment", "operator": "is_in", "value": first.pk}]}, name="Second")
    again = save(marketer, rows(("@segment", "is_not_in", second.pk)), name="First", pk=first.pk)
    assert "in a circle: “First” asks about “Second”, and “Second” asks about “First”. Take one" in again
    first.refresh_from_db()
    assert first.rule == {}


def test_segments_cannot_grow_beyond_what_can_be_asked_at_once(marketer: Client) -> None:
    large = segment({"all": [TEXAS] * 50})
    wide = segment({"all": [{"field": "@segment", "operator": "is_in", "value": large.pk}] * 5})
    save(marketer, rows(*[("@segment", "is_in", large.pk)] * 5), name="Fits")
    assert Segment.objects.filter(name="Fits").exists()
    again = save(marketer, rows(*[("@segment", "is_in", wide.pk)] * 2), name="Too large")
    assert "more than 300 conditions. Ask about fewer segments" in again


def test_the_rows_are_for_staff_who_may_see_segments() -> None:
    for piece in ("rows", "meaning"):
        assert Client().post(f"{SEGMENTS}/{piece}/").status_code == 302
        assert signed_in().post(f"{SEGMENTS}/{piece}/").status_code == 403


def test_a_segment_that_is_meant_cannot_be_deleted(marketer: Client) -> None:
    used, asked = segment(name="Used"), segment(name="Asked")
    Campaign.objects.create(kind="opt_in", name="Spring", slug="spring", audience=used)
    segment({"all": [{"field": "@segment", "operator": "is_in", "value": asked.pk}]}, name="Asking")
    marketer.post(f"{SEGMENTS}/{used.pk}/delete/", {"post": "yes"})
    told = marketer.post(f"{SEGMENTS}/{asked.pk}/delete/", {"post": "yes"}, follow=True).content.decode()
    assert "“Asked” is used by “Asking”" in told
    assert Segment.objects.count() == 3


def test_the_audit_trail_keeps_the_rule_and_what_it_meant(marketer: Client) -> None:
    save(marketer, rows(("state", "is", "TX")))
    kept = AuditEntry.objects.get(act="segment.save")
    assert "People in TX." in json.dumps(kept.detail, ensure_ascii=False)


def test_the_audit_trail_keeps_the_meaning_in_english_whatever_the_actor_reads(marketer: Client) -> None:
    marketer.cookies["django_language"] = "es"
    save(marketer, rows(("last_name", "is", "Hopper")))
    assert AuditEntry.objects.get(act="segment.save").detail["meaning"] == "People whose Last name is “Hopper”."
