"""Merge fields: what compiles, what is refused and how, and what customers' data can never do."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from messaging import rendering
from messaging.rendering import Field, MissingValue, Problem, TemplateError

GREETING = rendering.compile('Hi {{ first_name | default: "there" | max: 20 }}, {{points}} points.')

readable = st.one_of(st.booleans(), st.integers(), st.floats(), st.decimals(), st.dates(), st.datetimes(), st.times())
hostile = st.text(alphabet='{} |:"\n\u202eabc')
values = st.one_of(st.text(), hostile, readable, st.none(), st.lists(st.text()), st.binary())


def test_a_body_without_fields_is_rendered_as_it_stands() -> None:
    body = "Text with { and } and ${x}, 50% off\nSTOP to end"
    assert rendering.compile(body).render({}) == body
    assert rendering.compile("").render({}) == ""


def test_fields_take_the_customers_values() -> None:
    assert GREETING.render({"first_name": "Ann", "points": 12}) == "Hi Ann, 12 points."


@pytest.mark.parametrize("blank", [None, "", "  ", "\n\t", "\u200b", [], {"a": 1}])
def test_a_blank_value_takes_the_default(blank: object) -> None:
    assert GREETING.render({"first_name": blank, "points": 0}) == "Hi there, 0 points."


@pytest.mark.parametrize("values", [{}, {"points": None}, {"points": " "}, {"points": float("nan")}])
def test_a_missing_value_without_default_is_told(values: dict[str, object]) -> None:
    with pytest.raises(MissingValue) as missing:
        GREETING.render(values)
    assert missing.value.field == "points"


def test_a_long_value_is_cut_and_not_left_with_a_space() -> None:
    template = rendering.compile("{{ name | max: 5 }}!")
    assert template.render({"name": "Anne Marie"}) == "Anne!"
    assert template.render({"name": "Annemarie"}) == "Annem!"


def test_an_empty_default_makes_a_field_optional() -> None:
    template = rendering.compile('Hi{{ name | default: "" }}')
    assert template.render({}) == "Hi"


def test_fields_are_listed_in_order_with_their_filters() -> None:
    assert GREETING.fields == (Field("first_name", "there", 20, 3), Field("points", None, None, 50))


@pytest.mark.parametrize(
    "body",
    [
        "{{a}}",
        "{{ a }}",
        "{{\n a\t}}",
        '{{a|default:"x"|max:3}}',
        '{{ a | max : 3 | default : "x" }}',
        '{{ a }}{{ b | default: "" }}',
    ],
)
def test_spaces_and_the_order_of_filters_are_free(body: str) -> None:
    assert rendering.compile(body).render({"a": "v"}) == "v"


@pytest.mark.parametrize(
    ("body", "position", "sentence"),
    [
        ("Hi {{ name", 3, "These braces are never closed. Write “}}” after the field."),
        ("Hi {{ name }", 3, "These braces are never closed. Write “}}” after the field."),
        ("Hi name }}", 8, "These closing braces have no “{{” before them."),
        ("{{ a }} { b }}", 12, "These closing braces have no “{{” before them."),
        ("{{}}", 2, "After “{{” comes a field's name: letters, digits and underscores."),
        ("{{ 1st }}", 2, "After “{{” comes a field's name: letters, digits and underscores."),
        ("{{{ name }}}", 2, "After “{{” comes a field's name: letters, digits and underscores."),
        ("{{ naïve }}", 5, "After the field “na” comes “|” with a filter, or “}}”."),
        ("{{ first name }}", 8, "After the field “first” comes “|” with a filter, or “}}”."),
        ("{{ a | upper }}", 7, "After “|” comes “default:” or “max:” in the field “a”."),
        ("{{ a | }}", 7, "After “|” comes “default:” or “max:” in the field “a”."),
        ("{{ a | max: 3 | max: 4 }}", 16, "“max” stands twice in the field “a”. Keep one of them."),
        ("{{ a | max: 0 }}", 11, "After “max:” comes a number from 1 to 1600."),
        ("{{ a | max: 99999 }}", 11, "After “max:” comes a number from 1 to 1600."),
        ('{{ a | default: "there" | max: 3 }}', 0, "“there” is longer than the 3 characters of “max”."),
        ("{{ " + "a" * 65 + " }}", 0, "A field's name has at most 64 characters."),
    ],
)
def test_a_faulty_body_is_refused_with_its_place(body: str, position: int, sentence: str) -> None:
    with pytest.raises(TemplateError) as refused:
        rendering.compile(body)
    assert (refused.value.position, str(refused.value)) == (position, sentence)


@pytest.mark.parametrize("words", ["there", "'there'", "“there”", '"there', '"a}}b"', '"one\ntwo"'])
def test_a_default_wants_straight_double_quotes(words: str) -> None:
    with pytest.raises(TemplateError, match="straight double quotes"):
        rendering.compile(f"{{{{ a | default: {words} }}}}")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "yes"),
        (False, "no"),
        (7, "7"),
        (0, "0"),
        (12.5, "12.5"),
        (12.0, "12"),
        (0.1 + 0.2, "0.3"),
        (-0.0, "0"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (dt.date(2026, 11, 7), "7 November 2026"),
        (dt.datetime(2026, 11, 7, 9, 5), "7 November 2026, 09:05"),
        (dt.time(18, 30), "18:30"),
        ("Ann\r\n\tMarie\u2028Lee", "Ann Marie Lee"),
        ("\u202eevil\u202c", "evil"),
        ("Jo\u00a0Ann", "Jo Ann"),
        ("{{ points }}", "{{ points }}"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_values_are_shown_the_way_people_write_them(value: object, shown: str) -> None:
    assert rendering.compile("{{ v }}").render({"v": value}) == shown


UNREADABLE = [10**5000, 1e300, float("inf"), Decimal("1E+999999999"), Decimal("sNaN"), b"x", object()]


@pytest.mark.parametrize("value", UNREADABLE, ids=lambda value: type(value).__name__)
def test_a_value_that_nobody_could_read_counts_as_missing(value: object) -> None:
    with pytest.raises(MissingValue):
        rendering.compile("{{ v }}").render({"v": value})


@given(st.dictionaries(st.sampled_from(["first_name", "points"]), values))
@example({"points": Decimal("1E-999999999")})
def test_rendering_never_raises_anything_but_a_missing_value(given_values: dict[str, object]) -> None:
    try:
        text = GREETING.render(given_values)
    except MissingValue:
        return
    assert text.startswith("Hi ")
    assert text.splitlines() == [text]


@given(st.text(alphabet='{} |:"\n\u202eabpoints_'))
def test_data_cannot_inject_fields_or_lines(value: str) -> None:
    template = rendering.compile('<{{ a | default: "-" }}>{{ secret }}')
    text = template.render({"a": value, "secret": "s", "points": "leaked"})
    assert (text[0], text[-2:]) == ("<", ">s")
    assert set(text[1:-2]) <= set(value) - {"\n", "\u202e"} | set(" -")


@given(st.text() | st.text(alphabet='{} |:"amxdefult3\n'))
def test_any_body_compiles_or_is_refused_within_its_length(body: str) -> None:
    try:
        places = [field.position for field in rendering.compile(body).fields]
    except TemplateError as refused:
        places = [refused.position]
    assert all(0 <= place <= len(body) for place in places)


@given(st.text().filter(lambda text: "{{" not in text and "}}" not in text))
def test_text_without_double_braces_is_never_touched(body: str) -> None:
    assert rendering.compile(body).render({}) == body


KNOWN = {"first_name": "First name", "points": "Points", "tier": "Loyalty tier"}


@pytest.mark.parametrize(
    ("body", "problems"),
    [
        ("Hi {{ first_name }}", []),
        ("{{ frist_name }}", [Problem(0, "There is no field “frist_name”. Did you mean “first_name”?")]),
        ("{{ FIRST_NAME }}", [Problem(0, "There is no field “FIRST_NAME”. Did you mean “first_name”?")]),
        ("{{ loyalty_tier }}", [Problem(0, "There is no field “loyalty_tier”. Did you mean “tier”?")]),
        ("{{ zzz }}", [Problem(0, "There is no field “zzz”. Choose one from the list of fields.")]),
        ("{{ tier", [Problem(0, "These braces are never closed. Write “}}” after the field.")]),
    ],
)
def test_a_body_is_checked_against_the_known_fields(body: str, problems: list[Problem]) -> None:
    assert rendering.check(body, KNOWN) == problems


def test_each_unknown_field_is_told_once_and_in_order() -> None:
    problems = rendering.check("{{ xx }} {{ yy }} {{ points }} {{ xx }}", KNOWN)
    assert [problem.position for problem in problems] == [0, 9]
