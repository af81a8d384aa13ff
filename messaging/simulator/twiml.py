"""Reads the TwiML with which a webhook answers: `<Response><Message>text</Message></Response>`."""

from xml.parsers import expat

_LIMIT = 64 * 1024


class BadTwiML(Exception):
    """The answer is not TwiML (Twilio's error 12100 or 12300); the text says what is wrong with it."""


def texts_in(body: str, content_type: str) -> list[str]:
    """The texts to send back, in order. An empty answer or an empty `<Response/>` has none."""
    if not body.strip():
        return []
    if content_type not in {"text/xml", "application/xml"}:
        raise BadTwiML(f"12300: the webhook answered {content_type or 'no content type'} instead of XML")
    if len(body) > _LIMIT:
        raise BadTwiML("11750: the webhook answered more than 64 KB")
    reader = _Reader()
    try:
        reader.read(body)
    except expat.ExpatError as error:
        raise BadTwiML(f"12100: the webhook's XML cannot be read ({error})") from None
    return reader.texts


class _Reader:
    """Collects the text of each Message, whether bare or inside a Body."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._path: list[str] = []

    def read(self, body: str) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._data
        parser.Parse(body.encode(), True)
        self.texts = [text.strip() for text in self.texts if text.strip()]

    def _refuse_doctype(self, *_declaration: object) -> None:
        # A document type can define entities that expand without end.
        raise BadTwiML("12100: the webhook's XML declares a document type")

    def _open(self, name: str, _attributes: object) -> None:
        if not self._path and name != "Response":
            raise BadTwiML(f"12102: the webhook's XML starts with {name} instead of Response")
        self._path.append(name)
        if self._path == ["Response", "Message"]:
            self.texts.append("")

    def _close(self, _name: str) -> None:
        self._path.pop()

    def _data(self, data: str) -> None:
        if self._path in (["Response", "Message"], ["Response", "Message", "Body"]):
            self.texts[-1] += data
