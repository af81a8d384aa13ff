"""What should be: consent as the rules in words have it, in plain Python, without a line of the product.

One `Person` is one handset. Three senders: a short code, where nobody but us answers or blocks; a long code, where
Twilio answers and blocks its own words; and the number of a messaging service with Advanced Opt-Out, where Twilio also
tells what it understood. A STOP holds for the whole brand.
"""

from dataclasses import dataclass, field
from enum import StrEnum

SHORT, LONG, POOL = "short", "long", "pool"
SENDERS = (SHORT, LONG, POOL)
TWILIO_ACTS = (LONG, POOL)


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


# Texts of each meaning, as people send them. Those in TWILIOS are Twilio's own words, on which it acts where it acts.
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


@dataclass(frozen=True)
class Taken:
    """What an import took from a person: what they had joined, and whether they were not barred before."""

    joined: frozenset[str]
    barred: bool


@dataclass
class Person:
    """How one number stands. `undoable` is what the last import took, by its serial: whatever happens forgets it."""

    joined: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)
    # Programmes that a STOP took, with the sender that it was texted to.
    taken: dict[str, str] = field(default_factory=dict)
    # Who must not text: "brand", or one of the senders.
    barred: set[str] = field(default_factory=set)
    # What Twilio itself keeps, by sender.
    blocked: set[str] = field(default_factory=set)
    in_doubt: bool = False
    undoable: dict[int, "Taken"] = field(default_factory=dict)

    def may_get(self, programme: Programme) -> bool:
        """Whether marketing of the programme may reach this number now."""
        return programme.name in self.joined and not self.is_barred(programme.sender) and not self.in_doubt

    def is_barred(self, sender: str) -> bool:
        return bool(self.barred & {"brand", sender})

    def leave(self, *, at: str | None = None) -> None:
        """Opt out of everything. With `at`, what was taken comes back by START to that sender."""
        if at is not None:
            self.taken |= dict.fromkeys(self.joined, at)
        self.joined, self.asked, self.in_doubt, self.undoable = set(), set(), False, {}
        self.barred.add("brand")

    def leave_by_import(self, serial: int) -> None:
        """A file says that they left."""
        taken = Taken(frozenset(self.joined), "brand" not in self.barred)
        self.leave()
        self.undoable = {serial: taken}

    def undo_import(self, serial: int) -> None:
        """What that import took comes back, where nothing happened since."""
        taken = self.undoable.pop(serial, None)
        if taken is not None:
            self.joined |= taken.joined
            self.barred -= {"brand"} if taken.barred else set()

    def come_back(self, sender: str) -> None:
        """START: what the STOP on this sender took, and nothing that the person never had."""
        back = {name for name, at in self.taken.items() if at == sender}
        for name in back:
            del self.taken[name]
        self.joined |= back
        self.asked -= back
        self.lift(sender)

    def lift(self, sender: str) -> None:
        self.undoable = {}
        self.barred -= {"brand", sender}

    def be_asked(self, programme: Programme) -> None:
        self.undoable = {}
        self.asked.add(programme.name)
        self.taken.pop(programme.name, None)

    def doubt(self) -> None:
        self.undoable, self.in_doubt = {}, True

    def join(self, programme: Programme) -> None:
        self.undoable = {}
        self.joined.add(programme.name)
        self.asked.discard(programme.name)
        self.taken.pop(programme.name, None)

    def forget(self) -> None:
        """Erased: nothing is left but what bars."""
        self.joined, self.asked, self.taken, self.in_doubt, self.undoable = set(), set(), {}, False, {}


class Model:
    """All people and programmes, and what each text does. `hears` gives how many answers a text may have."""

    def __init__(self, programmes: list[Programme]) -> None:
        self.programmes = {programme.name: programme for programme in programmes}
        self.people: dict[str, Person] = {}

    def person(self, number: str) -> Person:
        return self.people.setdefault(number, Person())

    def text(self, number: str, sender: str, body: str) -> range:
        """A person texts one of our senders. Returns how many answers the handset may get, ours and Twilio's."""
        person, twilios = self.person(number), sender in TWILIO_ACTS and body.strip().upper() in TWILIOS
        says = Says.JOIN if body in self.programmes else TEXTS[body]
        if sender == POOL and says is Says.YES and not self._asked_by(person, sender):
            says = Says.BACK  # Twilio takes YES for START, and tells us so
        was_blocked, was_barred = sender in person.blocked, person.is_barred(sender)
        lifts = twilios and says in (Says.BACK, Says.YES)
        silent_here = sender in person.barred and not lifts
        if lifts:
            person.blocked.discard(sender)
        self._act(person, sender, says, body, silent_here=silent_here)
        if twilios and says is Says.LEAVE:
            person.blocked.add(sender)
            person.barred.add(sender)
        if says in (Says.DOUBTFUL, Says.NOT_TO_US):
            return range(1)
        if twilios and says in (Says.LEAVE, Says.HELP):
            return _times(0 if was_blocked else 1)
        if lifts and sender == POOL:
            return _times(1)
        if says in (Says.BACK, Says.YES):
            return range(2)
        if silent_here or (says is Says.NOTHING and was_barred):
            return range(1)
        return _times(1)

    def _asked_by(self, person: Person, sender: str) -> set[str]:
        return {name for name in person.asked if self.programmes[name].sender == sender}

    def _act(self, person: Person, sender: str, says: Says, body: str, *, silent_here: bool) -> None:
        waiting = self._asked_by(person, sender)
        if says is Says.LEAVE:
            person.leave(at=sender)
        elif says is Says.DOUBTFUL:
            person.doubt()
        elif says in (Says.BACK, Says.YES) and waiting:
            person.join(self.programmes[waiting.pop()])
            person.lift(sender)
        elif says is Says.BACK:
            person.come_back(sender)
        elif says is Says.JOIN:
            self._join(person, self.programmes[body], silent_here=silent_here)

    def _join(self, person: Person, programme: Programme, *, silent_here: bool) -> None:
        if programme.asks and programme.name not in person.joined:
            person.be_asked(programme)
        else:
            person.join(programme)
        if not silent_here:
            person.lift(programme.sender)

    def prove(self, number: str, programme: Programme) -> None:
        """A right code."""
        self.person(number).join(programme)

    def refused(self, number: str, sender: str) -> None:
        """Twilio answered 21610 for this sender."""
        self.person(number).barred.add(sender)

    def a_day_passes(self) -> None:
        """What was asked and not answered is asked no more."""
        for person in self.people.values():
            person.asked = set()


def _times(count: int) -> range:
    """Exactly so many."""
    return range(count, count + 1)
