"""A visitor from outside: opens pages over HTTP, keeps cookies, fills in forms as a browser without scripts would."""

import base64
import http.client
import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

_TIMEOUT_SECONDS = 10
# No proxy of the environment stands between a check and the machine it runs on.
_DIRECT = urllib.request.ProxyHandler({})
_OPENER = urllib.request.build_opener(_DIRECT)
Value = str | Sequence[str]


class Unexpected(AssertionError):
    """The product answered something else than a visitor may expect."""


@dataclass
class Form:
    """One form of a page with what it would submit if nothing were changed."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    options: dict[str, dict[str, str]] = field(default_factory=dict)

    def option(self, name: str, words: str) -> str:
        """The value of the first option of a select whose label holds these words."""
        for label, value in self.options.get(name, {}).items():
            if words in label:
                return value
        raise Unexpected(f"The field {name} offers no “{words}”, only {sorted(self.options.get(name, {}))}.")

    def filled(self, values: Mapping[str, Value]) -> list[tuple[str, str]]:
        """The pairs to submit: `values` replace what stood there. An unknown name is a fault of the page."""
        unknown = values.keys() - self.names
        if unknown:
            raise Unexpected(f"The form has no field {', '.join(sorted(unknown))}; it has {sorted(self.names)}.")
        kept = [(name, value) for name, value in self.fields if name not in values]
        given = [
            (name, one) for name, value in values.items() for one in ([value] if isinstance(value, str) else value)
        ]
        return kept + given


@dataclass
class Page:
    """An answer: where it was found in the end, what it says, and its forms in order."""

    url: str
    status: int
    html: str
    forms: list[Form] = field(default_factory=list)

    def form_with(self, *names: str) -> Form:
        """The first form that has all these fields."""
        for form in self.forms:
            if form.names.issuperset(names):
                return form
        raise Unexpected(f"{self.url} has no form with {', '.join(names)}.")

    def form_to(self, ending: str) -> Form:
        """The first form that is sent to an address with this ending."""
        for form in self.forms:
            if form.action.endswith(ending):
                return form
        raise Unexpected(f"{self.url} has no form to {ending}.")


class Visitor:
    """One person with one set of cookies."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(_DIRECT, cookies)

    def open(self, address: str) -> Page:
        """GET a path of the product or a whole address; redirects are followed."""
        return self._ask(urllib.request.Request(urllib.parse.urljoin(self.base_url, address)))

    def submit(self, page: Page, form: Form, values: Mapping[str, Value], *, upload: "Upload | None" = None) -> Page:
        """Send a form of `page` back with `values` filled in, and a file where one is asked for."""
        address = urllib.parse.urljoin(page.url, form.action or page.url)
        pairs = form.filled(values)
        body, kind = _urlencoded(pairs) if upload is None else _multipart(pairs, upload)
        headers = {"Content-Type": kind, "Referer": page.url}
        return self._ask(urllib.request.Request(address, data=body, headers=headers, method="POST"))

    def _ask(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return _page(answer.geturl(), answer.status, answer.read().decode())
        except urllib.error.HTTPError as error:
            return _page(request.full_url, error.code, error.read().decode(errors="replace"))


@dataclass(frozen=True)
class Upload:
    """A file for a form's field."""

    name: str
    file_name: str
    content: bytes


def call(method: str, url: str, body: Mapping[str, object], *, login: tuple[str, str]) -> tuple[int, Any]:
    """One call of the API with HTTP Basic: its status and its JSON."""
    token = base64.b64encode(":".join(login).encode()).decode()
    headers = {"Content-Type": "application/json", "Authorization": f"Basic {token}"}
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers, method=method)
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def _page(url: str, status: int, html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    return Page(url, status, html, reader.forms)


def _urlencoded(pairs: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    return urllib.parse.urlencode(pairs).encode(), "application/x-www-form-urlencoded"


def _multipart(pairs: Sequence[tuple[str, str]], upload: Upload) -> tuple[bytes, str]:
    boundary = "----optline-check"
    chunks = [f'--{boundary}\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in pairs]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{upload.name}"; filename="{upload.file_name}"\r\n'
    chunks += [f"{head}Content-Type: text/csv\r\n\r\n".encode(), upload.content, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(chunks), f"multipart/form-data; boundary={boundary}"


class _Reader(HTMLParser):
    """Reads forms: inputs, selects and textareas with their present values; buttons only by name."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._option: tuple[str, list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(attributes.get("action", "")))
        elif tag == "input":
            self._input(attributes, dict(attrs))
        elif tag == "select":
            self._select = attributes.get("name", "")
            self._add(self._select)
        elif tag == "option" and self._select:
            self._option = (attributes.get("value", ""), [])
            if "selected" in attributes:
                self._add(self._select, attributes.get("value", ""))
        elif tag == "textarea":
            self._area = (attributes.get("name", ""), [])
        elif tag == "button" and attributes.get("name"):
            self._add(attributes["name"])

    def handle_data(self, data: str) -> None:
        for open_tag in (self._area, self._option):
            if open_tag is not None:
                open_tag[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "option" and self._option is not None and self.forms:
            value, said = self._option
            self.forms[-1].options.setdefault(self._select, {})["".join(said).strip()] = value
            self._option = None
        elif tag == "textarea" and self._area is not None:
            name, said = self._area
            # A browser drops the line break right after the opening tag.
            self._add(name, "".join(said).removeprefix("\n"))
            self._area = None

    def _input(self, attributes: Mapping[str, str], given: Mapping[str, str | None]) -> None:
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if kind in ("submit", "button", "image", "file", "reset"):
            self._add(name)
        elif kind in ("checkbox", "radio"):
            self._add(name, *([attributes.get("value", "on")] if "checked" in given else []))
        else:
            self._add(name, attributes.get("value", ""))

    def _add(self, name: str, *values: str) -> None:
        if name and self.forms:
            self.forms[-1].names.add(name)
            self.forms[-1].fields.extend((name, value) for value in values)


class Handset:
    """A phone of the simulated carrier."""

    def __init__(self, simulator_url: str, number: str) -> None:
        self.number = number
        self._address = f"{simulator_url}/handsets/{urllib.parse.quote(number)}/texts"

    def text(self, to: str, body: str) -> None:
        """Text one of our numbers; the webhook must take it."""
        request = urllib.request.Request(
            self._address,
            data=json.dumps({"to": to, "body": body}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            told = json.load(answer)
        if told["webhook_status"] != http.client.OK:
            raise Unexpected(f"The webhook answered {told['webhook_status']}: {told['problem']}")

    def received(self) -> list[str]:
        """The texts that the phone received, in order."""
        with _OPENER.open(self._address, timeout=_TIMEOUT_SECONDS) as answer:
            texts = json.load(answer)["texts"]
        return [text["body"] for text in texts if text["to"] == self.number]
