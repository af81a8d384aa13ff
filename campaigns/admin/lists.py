"""What lists of the dashboard share."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Empty:
    """What stands in the place of a list that has nothing yet. Its admin has one as `empty`."""

    icon: str
    title: str
    text: str
