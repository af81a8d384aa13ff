"""The one error of this package that a person gets to read."""


class Refusal(Exception):
    """Optline cannot go on. The message is a whole sentence that says what to do; no traceback is shown."""
