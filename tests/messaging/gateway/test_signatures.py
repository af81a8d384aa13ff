"""Twilio's signature, judged by Twilio's own validator."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from messaging.gateway.signatures import sign, valid

# The published example of twilio.com/docs/usage/webhooks/webhooks-security.
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
PAIRS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("From", "+14158675309"),
    ("To", "+18005551212"),
    ("Caller", "+14158675309"),
]
SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="

hosts = st.sampled_from(["sms.example.com", "localhost", "10.0.0.7", "xn--bcher-kva.example"])
ports = st.sampled_from(["", ":443", ":80", ":8000"])
paths = st.sampled_from(["", "/", "/webhooks/twilio/inbound", "/a//b", "/%7Eme/"])
queries = st.sampled_from(["", "?attempt=7", "?a=1&b=%20&a=2", "?next=https://x.example:8/y"])
urls = st.builds("{}://{}{}{}{}".format, st.sampled_from(["http", "https"]), hosts, ports, paths, queries)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
pair_lists = st.lists(st.tuples(texts, texts), max_size=6)


class MultiDict(dict[str, list[str]]):
    """Parameters as Twilio's validator reads them from a web framework."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__()
        for name, value in pairs:
            self.setdefault(name, []).append(value)

    def getlist(self, name: str) -> list[str]:
        return self[name]


def test_the_published_example_is_reproduced() -> None:
    assert sign(URL, PAIRS, "12345") == SIGNATURE
    assert valid(URL, PAIRS, SIGNATURE, ["12345"])


@given(urls, pair_lists, st.text(alphabet="abc019", min_size=1, max_size=8))
@example("https://sms.example.com/in", [("A", "2"), ("A", "1"), ("A", "2"), ("B", "")], "token")
def test_twilios_validator_accepts_what_we_sign_and_we_accept_what_it_signs(
    url: str, pairs: list[tuple[str, str]], token: str
) -> None:
    judge, parameters = RequestValidator(token), MultiDict(pairs)
    assert judge.validate(url, parameters, sign(url, pairs, token))
    assert valid(url, pairs, judge.compute_signature(url, parameters), [token])


@given(st.tuples(urls, pair_lists), st.lists(st.tuples(urls, pair_lists), min_size=1, max_size=2))
def test_we_accept_exactly_what_twilios_validator_accepts(
    signed: tuple[str, list[tuple[str, str]]], others: list[tuple[str, list[tuple[str, str]]]]
) -> None:
    signature, judge = sign(*signed, "token"), RequestValidator("token")
    for url, pairs in (signed, *others, (signed[0], others[0][1]), (others[0][0], signed[1])):
        verdict = judge.validate(url, MultiDict(pairs), signature)
        assert valid(url, pairs, signature, ["token"]) == verdict


@pytest.mark.parametrize(
    ("signed", "asked"),
    [
        ("https://a.example/in", "https://a.example:443/in"),
        ("https://a.example:443/in?x=1", "https://a.example/in?x=1"),
        ("http://a.example:80", "http://a.example"),
        ("https://a.example:8443/in", "https://a.example:8443/in"),
        ("https://a.example/in", "https://a.example:8443/in"),
        ("https://me:secret@a.example:8443/in", "https://me:secret@a.example:8443/in"),
        ("https://me:secret@a.example/in", "https://me:secret@a.example:443/in"),
        ("https://[::1]/in", "https://[::1]:443/in"),
        ("https://a.example/in?to=x:1", "https://a.example:443/in?to=x:1"),
        ("https://a.example/in", "https://a.example/in#rc=3&rp=5xx,ct,rt"),
    ],
)
def test_port_and_fragment_do_not_matter(signed: str, asked: str) -> None:
    assert valid(asked, PAIRS, sign(signed, PAIRS, "token"), ["token"])


@pytest.mark.parametrize(
    ("url", "pairs"),
    [
        (URL.replace("https", "http"), PAIRS),
        (URL + "&baz=3", PAIRS),
        (URL.replace("myapp.php", "myapp.php/"), PAIRS),
        (URL.replace("mycompany", "MyCompany"), PAIRS),
        (URL, PAIRS[:-1]),
        (URL, [*PAIRS, ("Extra", "")]),
        (URL, [*PAIRS[:-1], ("Caller", "+14158675309 ")]),
        (URL, []),
    ],
)
def test_any_change_breaks_the_signature(url: str, pairs: list[tuple[str, str]]) -> None:
    assert not valid(url, pairs, SIGNATURE, ["12345"])


@pytest.mark.parametrize("signature", ["", " ", SIGNATURE.lower(), SIGNATURE[:-1], "ÿ", "\ud800", SIGNATURE + "\n"])
def test_a_missing_or_odd_signature_is_refused(signature: str) -> None:
    assert not valid(URL, PAIRS, signature, ["12345"])


def test_either_token_counts_during_a_rotation_and_a_blank_one_never() -> None:
    assert valid(URL, PAIRS, SIGNATURE, ["new", "12345"])
    assert valid(URL, PAIRS, SIGNATURE, ["12345", ""])
    assert not valid(URL, PAIRS, SIGNATURE, ["new"])
    assert not valid(URL, PAIRS, SIGNATURE, [])
    assert not valid(URL, PAIRS, sign(URL, PAIRS, ""), ["", "12345"])


def test_text_that_no_encoding_knows_is_refused_without_an_error() -> None:
    assert not valid(URL, [("Body", "\ud800")], SIGNATURE, ["12345"])
