"""What should be: consent as the rules in words have it, in plain Python, without a line of the product.

One `Person` is one handset. Two senders: a short code, where nobody but us answers or blocks, and a long code, where
Twilio answers and blocks its own words. A STOP holds for the whole brand.
"""

from dataclasses import dataclass, field
from enum import StrEnum

SHORT, LONG = "short", "long"
SENDERS = (SHORT, LONG)


class Says(StrEnum):
    """What a text means to whoever reads it."""

    LEAVE = "leave"
    HELP = "help"
    BACK = "back"
    YES = "yes"
    JOIN = "join"
    NOTHING = "nothing"
    DOUBTFUL = "doubtful"
    NOT_TO_US = "not_to_us"


# Texts of each meaning, as people send them. Those in TWILIOS are Twilio's own words: it acts on them on a long code.
TEXTS = {
    "STOP": Says.LEAVE,
    " stop\n": Says.LEAVE,
    "Unsubscribe": Says.LEAVE,
    "END": Says.LEAVE,
    "Stop.": Says.LEAVE,
    "ＳＴＯＰ": Says.LEAVE,
    "stpo": Says.LEAVE,
    "opt out": Says.LEAVE,
    "please stop texting me": Says.LEAVE,
    "No more messages": Says.LEAVE,
    "wrong person, take me off": Says.LEAVE,
    "HELP": Says.HELP,
    "info": Says.HELP,
    "START": Says.BACK,
    "unstop": Says.BACK,
    "YES": Says.YES,
    "hello there": Says.NOTHING,
    "don't stop": Says.NOT_TO_US,
    "stop by the store?": Says.NOT_TO_US,
    "stop sooner or later": Says.DOUBTFUL,
    "I want to cancel": Says.DOUBTFUL,
}
TWILIOS = {"STOP", "UNSUBSCRIBE", "END", "HELP", "INFO", "START", "UNSTOP", "YES"}


@dataclass
class Programme:
    """What people join, by a word to one sender; where it is `asks`, only with YES."""

    name: str
    sender: str
    asks: bool


@dataclass
class Person:
    """How one number stands."""

    joined: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    # Programmes that a STOP took, with the sender that it was texted to.
    taken: dict[str, str] = field(default_factory=dict)
    # Who must not text: "brand", or one of the senders.
    barred: set[str] = field(default_factory=set)
    # What Twilio itself keeps for the long code.
    blocked: bool = False
    in_doubt: bool = False

    def may_get(self, programme: Programme) -> bool:
        """Whether marketing of the programme may reach this number now."""
        return programme.name in self.joined and not self.is_barred(programme.sender) and not self.in_doubt

    def is_barred(self, sender: str) -> bool:
        return bool(self.barred & {"brand", sender})

    def leave(self, *, at: str | None = None) -> None:
        """Opt out of everything. With `at`, what was taken comes back by START to that sender."""
        if at is not None:
            self.taken |= dict.fromkeys(self.joined, at)
        self.joined, self.asked, self.in_doubt = set(), set(), False
        self.barred.add("brand")

    def come_back(self, sender: str) -> None:
        """START: what the STOP on this sender took, and nothing that the person never had."""
        back = {name for name, at in self.taken.items() if at == sender}
        for name in back:
            del self.taken[name]
        self.joined |= back
        self.asked -= back
        self.lift(sender)

    def lift(self, sender: str) -> None:
        self.barred -= {"brand", sender}

    def join(self, programme: Programme) -> None:
        self.joined.add(programme.name)
        self.asked.discard(programme.name)
        self.taken.pop(programme.name, None)

    def forget(self) -> None:
        """Erased: nothing is left but what bars."""
        self.joined, self.asked, self.taken, self.in_doubt = set(), set(), {}, False


class Model:
    """All people and programmes, and what each text does. `hears` gives how many answers a text may have."""

    def __init__(self, programmes: list[Programme]) -> None:
        self.programmes = {programme.name: programme for programme in programmes}
        self.people: dict[str, Person] = {}

    def person(self, number: str) -> Person:
        return self.people.setdefault(number, Person())

    def text(self, number: str, sender: str, body: str) -> range:
        """A person texts one of our senders. Returns how many answers the handset may get, ours and Twilio's."""
        person, twilios = self.person(number), sender == LONG and body.strip().upper() in TWILIOS
        says = Says.JOIN if body in self.programmes else TEXTS[body]
        was_blocked, was_barred = person.blocked and sender == LONG, person.is_barred(sender)
        silent_here = sender in person.barred and not (twilios and says in (Says.BACK, Says.YES))
        if twilios:
            person.blocked = says is Says.LEAVE or (person.blocked and says is Says.HELP)
        self._act(person, sender, says, body, silent_here=silent_here)
        if twilios and says is Says.LEAVE:
            person.barred.add(LONG)
        if says in (Says.DOUBTFUL, Says.NOT_TO_US):
            return range(1)
        if twilios and says in (Says.LEAVE, Says.HELP):
            return _times(0 if was_blocked else 1)
        if says in (Says.BACK, Says.YES):
            return range(2)
        if silent_here or (says is Says.NOTHING and was_barred):
            return range(1)
        return _times(1)

    def _act(self, person: Person, sender: str, says: Says, body: str, *, silent_here: bool) -> None:
        waiting = {name for name in person.asked if self.programmes[name].sender == sender}
        if says is Says.LEAVE:
            person.leave(at=sender)
        elif says is Says.DOUBTFUL:
            person.in_doubt = True
        elif says in (Says.BACK, Says.YES) and waiting:
            person.join(self.programmes[waiting.pop()])
            person.lift(sender)
        elif says is Says.BACK:
            person.come_back(sender)
        elif says is Says.JOIN:
            self._join(person, self.programmes[body], silent_here=silent_here)

    def _join(self, person: Person, programme: Programme, *, silent_here: bool) -> None:
        if programme.asks and programme.name not in person.joined:
            person.asked.add(programme.name)
            person.taken.pop(programme.name, None)
        else:
            person.join(programme)
        if not silent_here:
            person.lift(programme.sender)

    def prove(self, number: str, programme: Programme) -> None:
        """A right code."""
        self.person(number).join(programme)

    def refused(self, number: str) -> None:
        """Twilio answered 21610 for the long code."""
        self.person(number).barred.add(LONG)


def _times(count: int) -> range:
    """Exactly so many."""
    return range(count, count + 1)
