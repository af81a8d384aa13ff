"""How many requests may be under way: more while all is well, fewer at a sign of trouble."""

from hypothesis import given
from hypothesis import strategies as st

from messaging.gateway.window import Window


def filled(window: Window) -> list[int]:
    return [window.begin() for _ in range(window.room(0))]


def test_good_answers_and_time_to_spare_double_it_up_to_its_limit() -> None:
    window = Window(100)
    sizes = []
    for _ in range(4):
        begun = filled(window)
        sizes.append(len(begun))
        for number in begun:
            window.end(number, good=True)
        window.grow()
    assert sizes == [32, 64, 100, 100]


def test_without_answers_it_does_not_grow() -> None:
    window = Window(100)
    filled(window)
    window.grow()
    assert window.room(0) == 0


def test_trouble_halves_it_once_for_all_that_were_under_way() -> None:
    window = Window(32)
    for number in filled(window):
        window.end(number, good=False)
    assert window.room(0) == 16


def test_after_trouble_it_grows_by_one_for_each_full_window() -> None:
    window = Window(32)
    for number in filled(window):
        window.end(number, good=False)
    for number in filled(window):
        window.end(number, good=True)
    window.grow()
    assert window.room(0) == 17


def test_nothing_begins_before_the_time_that_the_carrier_asked_for() -> None:
    window = Window(32)
    window.hold(10)
    window.hold(5)
    assert (window.room(9), window.held_for(9), window.room(10)) == (0, 1, 32)


@given(st.lists(st.booleans(), max_size=200), st.integers(1, 50))
def test_it_stays_between_one_and_its_limit(answers: list[bool], most: int) -> None:
    window = Window(most)
    for good in answers:
        window.end(window.begin(), good=good)
        window.grow()
        assert window.under_way == 0
        assert 1 <= window.room(0) <= most
