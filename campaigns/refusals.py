"""What a verb says when it will not do what was asked: a stable code for programs, a sentence for people."""


class Refused(Exception):
    """The request was understood and declined; nothing has changed.

    `code` is a stable lower-case word (`keyword_taken`), `sentence` says what to do, and `field`
    names the form field the sentence belongs beside, or is empty.
    """

    def __init__(self, code: str, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.field = field
