"""States of an outbound, the moves between them, Twilio's words for them, and the reasons in plain words."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging import states
from messaging.states import EXPLANATIONS, Reason, State

MOVES = {
    "queued": "sending skipped accepted sent delivered failed cancelled",
    "sending": "queued uncertain accepted sent delivered failed cancelled",
    "uncertain": "queued accepted sent delivered failed cancelled",
    "accepted": "sent delivered failed cancelled",
    "sent": "delivered failed",
    "delivered": "",
    "failed": "",
    "cancelled": "",
    "skipped": "",
}


@pytest.mark.parametrize(("origin", "target"), list(itertools.product(State, State)))
def test_a_move_exists_or_it_does_not(origin: State, target: State) -> None:
    assert states.may_move(origin, target) == (target in MOVES[origin].split())


def test_exactly_the_settled_states_are_never_left() -> None:
    assert {state for state in State if not states.ALLOWED[state]} == states.SETTLED


def test_only_what_surely_never_left_goes_back_to_the_queue() -> None:
    origins = {state for state in State if states.may_move(state, State.QUEUED)}
    assert origins == {State.SENDING, State.UNCERTAIN}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("accepted", State.ACCEPTED),
        ("scheduled", State.ACCEPTED),
        ("queued", State.ACCEPTED),
        ("sending", State.ACCEPTED),
        ("sent", State.SENT),
        ("partially_delivered", State.SENT),
        ("delivered", State.DELIVERED),
        ("read", State.DELIVERED),
        ("undelivered", State.FAILED),
        ("failed", State.FAILED),
        ("canceled", State.CANCELLED),
        ("Delivered", State.DELIVERED),
        ("receiving", None),
        ("received", None),
        ("", None),
        ("teleported", None),
    ],
)
def test_twilios_words_become_ours(word: str, state: State | None) -> None:
    assert states.from_twilio(word) is state


WORDS = st.sampled_from(["queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled"])


def after(reported: list[str]) -> State:
    """The state of a text that was being sent, after callbacks in this order."""
    state = State.SENDING
    for word in reported:
        target = states.from_twilio(word)
        if target and states.may_move(state, target):
            state = target
    return state


@given(st.permutations(["queued", "sending", "sent", "delivered"]))
def test_callbacks_in_any_order_end_delivered(reported: list[str]) -> None:
    assert after(reported) is State.DELIVERED


@given(st.lists(WORDS), st.lists(WORDS))
def test_callbacks_never_take_back_a_settled_state_nor_queue_anew(first: list[str], more: list[str]) -> None:
    assert after(first) not in {State.QUEUED, State.UNCERTAIN, State.SKIPPED}
    if after(first) in states.SETTLED:
        assert after(first + more) is after(first)


@given(st.lists(WORDS))
def test_a_repeated_callback_changes_nothing(reported: list[str]) -> None:
    twice = [word for word in reported for _ in range(2)]
    assert after(twice) is after(reported)


def test_every_reason_is_explained_once_and_in_order() -> None:
    assert list(EXPLANATIONS) == list(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_told_in_whole_sentences_with_an_advice(reason: Reason) -> None:
    told = EXPLANATIONS[reason]
    for words in (told.sentence, told.advice):
        assert words[0].isupper()
        assert words.endswith(".")
        assert 15 < len(words) < 120
    assert told.state in {State.SKIPPED, State.FAILED, State.CANCELLED, State.QUEUED, State.UNCERTAIN}
