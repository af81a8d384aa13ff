"""The verdict of the chaos suite: each way to go wrong is found, and what is right is left in peace."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.chaos_suite.verdict import Campaign, Evidence, Kind, Row, Span, Stop, Taken, judge

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
BODY = "Acme: news"
GRACE = dt.timedelta(seconds=8)
PEOPLE = [f"+1313200000{n}" for n in range(6)]


def at(seconds: float) -> dt.datetime:
    return NOW + dt.timedelta(seconds=seconds)


def taken(number: str, seconds: float = 1, copy: int = 0) -> Taken:
    return Taken(f"SM{number}-{copy}", number, BODY, at(seconds), "delivered")


def row(number: str, state: str = "delivered", claimed: float | None = 0) -> Row:
    sid = f"SM{number}-0" if state == "delivered" else None
    return Row(number, BODY, state, sid=sid, claimed_at=None if claimed is None else at(claimed))


def evidence(rows: Sequence[Row], carrier: Sequence[Taken], *stops: Stop, stopped_early: bool = False) -> Evidence:
    counts = {"planned": len(rows), **Counter(row.state for row in rows)}
    campaign = Campaign("News", BODY, frozenset(PEOPLE), counts, stopped_early)
    return Evidence([campaign], stops, carrier, rows, GRACE)


def all_well() -> Evidence:
    return evidence([row(number) for number in PEOPLE], [taken(number) for number in PEOPLE])


def kinds(found: Evidence) -> set[Kind]:
    return {fault.kind for fault in judge(found)}


def test_everybody_texted_once_is_no_fault() -> None:
    assert judge(all_well()) == []


@given(st.sampled_from(PEOPLE), st.sampled_from(["delivered", "failed", "queued", "uncertain", "skipped"]))
def test_whoever_the_carrier_does_not_have_is_lost_whatever_our_row_says(number: str, state: str) -> None:
    well = all_well()
    rows = [row(number, state) if one.number == number else one for one in well.rows]
    found = judge(evidence(rows, [text for text in well.carrier if text.number != number]))
    assert (Kind.LOST, number) in {(fault.kind, fault.number) for fault in found}


@given(st.lists(st.sampled_from(PEOPLE), min_size=1))
def test_a_second_text_is_doubled_for_exactly_those_who_got_it(again: list[str]) -> None:
    well = all_well()
    twice = [taken(number, copy=copy) for copy, number in enumerate(again, start=1)]
    found = judge(dataclasses.replace(well, carrier=[*well.carrier, *twice]))
    assert {fault.number for fault in found if fault.kind is Kind.DOUBLED} == set(again)
    assert {fault.kind for fault in found} == {Kind.DOUBLED}


@given(claimed=st.floats(-20, 20), handed_over=st.floats(-20, 20))
def test_after_a_stop_only_what_was_on_the_wire_arrives(claimed: float, handed_over: float) -> None:
    [first, *others] = PEOPLE
    rows = [row(first, claimed=claimed), *(row(number) for number in others)]
    carrier = [taken(first, handed_over), *(taken(number) for number in others)]
    found = kinds(evidence(rows, carrier, Stop(first, NOW)))
    assert (Kind.AFTER_STOP in found) == (
        at(handed_over) > NOW and (at(claimed) > NOW or at(handed_over) > NOW + GRACE)
    )


@given(st.floats(0.1, 20))
def test_what_a_restored_database_forgot_was_on_the_wire_for_as_long_as_anything_may_be(seconds: float) -> None:
    [first, *others] = PEOPLE
    rows = [row(first, claimed=seconds), *(row(number) for number in others)]
    well = evidence(rows, [taken(first, seconds), *(taken(number) for number in others)], Stop(first, NOW))
    restored = dataclasses.replace(well, forgotten=[Span(at(-30), at(30))])
    assert kinds(well) == {Kind.AFTER_STOP}
    assert (Kind.AFTER_STOP in kinds(restored)) == (at(seconds) > NOW + GRACE)


@given(claimed=st.floats(-20, 20), resumed=st.none() | st.floats(0, 20))
def test_nothing_is_claimed_while_a_campaign_stands_still(claimed: float, resumed: float | None) -> None:
    [first, *others] = PEOPLE
    well = evidence([row(first, claimed=claimed), *(row(n, claimed=-30) for n in others)], all_well().carrier)
    stands = [(BODY, Span(NOW, None if resumed is None else at(resumed))), ("Acme: other news", Span(at(-60), None))]
    found = kinds(dataclasses.replace(well, stands=stands))
    assert (Kind.STOOD in found) == (at(claimed) >= NOW and (resumed is None or at(claimed) <= at(resumed)))


def test_a_pause_that_a_restored_database_forgot_is_held_against_nobody() -> None:
    stood = dataclasses.replace(all_well(), stands=[(BODY, Span(at(-1), at(1)))])
    assert kinds(stood) == {Kind.STOOD}
    assert judge(dataclasses.replace(stood, forgotten=[Span(at(-9), at(-0.5))])) == []


def test_a_row_that_cannot_be_claimed_ends_alone_and_with_its_reason() -> None:
    [first, *others] = PEOPLE
    carrier = [taken(number) for number in others]
    for reason, found in (("own_fault", set()), ("too_late", {Kind.DISAGREES}), ("", {Kind.DISAGREES})):
        broken = dataclasses.replace(row(first, "skipped", None), reason=reason)
        ended = evidence([broken, *(row(number) for number in others)], carrier)
        assert kinds(dataclasses.replace(ended, broken=frozenset({first}))) == found


def test_a_row_that_cannot_be_claimed_and_was_sent_is_told() -> None:
    assert kinds(dataclasses.replace(all_well(), broken=frozenset(PEOPLE[:1]))) == {Kind.DISAGREES}


def test_a_stop_that_was_not_answered_forbids_nothing() -> None:
    well = all_well()
    assert judge(dataclasses.replace(well, stops=[Stop(PEOPLE[0], None)])) == []


def test_who_said_stop_is_not_missed() -> None:
    [first, *others] = PEOPLE
    rows = [row(first, "cancelled", None), *(row(number) for number in others)]
    assert judge(evidence(rows, [taken(number) for number in others], Stop(first, NOW))) == []


def test_a_campaign_that_was_cancelled_owes_nothing_more() -> None:
    rows = [row(number, "cancelled", None) for number in PEOPLE]
    assert judge(evidence(rows, [], stopped_early=True)) == []
    assert judge(evidence([], [], stopped_early=True)) == []


def test_a_text_of_a_campaign_that_never_began_goes_to_a_stranger() -> None:
    assert kinds(evidence([], [taken(PEOPLE[0])], stopped_early=True)) == {Kind.STRANGER}


def test_a_row_without_its_end_is_told() -> None:
    well = all_well()
    found = evidence([row(PEOPLE[0], "sent"), *well.rows[1:]], well.carrier)
    assert Kind.NOT_FINAL in kinds(found)


def test_a_row_that_denies_what_the_carrier_has_disagrees() -> None:
    well = all_well()
    for state in ("failed", "cancelled", "skipped"):
        assert Kind.DISAGREES in kinds(evidence([row(PEOPLE[0], state), *well.rows[1:]], well.carrier))


def test_a_row_with_the_name_of_another_text_disagrees() -> None:
    well = all_well()
    renamed = dataclasses.replace(well.rows[0], sid="SM-other")
    assert kinds(dataclasses.replace(well, rows=[renamed, *well.rows[1:]])) == {Kind.DISAGREES}


def test_two_rows_for_one_person_disagree() -> None:
    well = all_well()
    assert Kind.DISAGREES in kinds(dataclasses.replace(well, rows=[*well.rows, well.rows[0]]))


@given(st.sampled_from(["planned", "delivered", "queued"]), st.integers(-3, 3).filter(bool))
def test_counts_that_do_not_add_up_are_told(which: str, by: int) -> None:
    well = all_well()
    [campaign] = well.campaigns
    wrong = {**campaign.counts, which: campaign.counts.get(which, 0) + by}
    assert Kind.COUNTS in kinds(dataclasses.replace(well, campaigns=[dataclasses.replace(campaign, counts=wrong)]))


def test_a_text_to_nobody_in_the_audience_is_told() -> None:
    well = all_well()
    assert kinds(dataclasses.replace(well, carrier=[*well.carrier, taken("+13139999999")])) == {Kind.STRANGER}


def test_a_fault_says_who_and_what_both_sides_have() -> None:
    well = all_well()
    [fault] = judge(dataclasses.replace(well, carrier=[*well.carrier, taken(PEOPLE[0], copy=1)]))
    said = str(fault)
    assert said.startswith(f"doubled: {PEOPLE[0]}; the carrier has SM{PEOPLE[0]}-0 delivered at 12:00:01")
    assert said.endswith(f"our row says delivered, claimed at 12:00:00.000000, SM{PEOPLE[0]}-0")
