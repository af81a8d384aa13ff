"""What people do: operators by the product's commands, and the owners of phones by the carrier's handsets."""

import datetime as dt
import json
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import psycopg
from psycopg import sql

from benchmarks.chaos_suite.console import Asked, Console
from benchmarks.chaos_suite.house import House
from benchmarks.chaos_suite.verdict import Row, Stop, Taken

SENDER: Final = "97865"
KEYWORD: Final = "OFFERS"
_CARRIER_SECONDS: Final = 60.0
_TEXTS: Final = {
    "welcome-message": "Acme: you are in. Msg&data rates may apply. Reply HELP for help, STOP to cancel.",
    "opt-out-message": "Acme: you are out. You will receive no more messages.",
    "help-message": "Acme: help at help@example.com. Msg&data rates may apply. Reply STOP to cancel.",
    "no-match-message": "Acme: sorry, we did not understand. Reply HELP for help, STOP to cancel.",
}


# Of the class that a value has which a column does not take (postgresql.org/docs/current/errcodes-appendix.html).
_REFUSE: Final = """
    CREATE FUNCTION chaos_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE 'chaos takes no claim of this row' USING ERRCODE = '22000'; END $$
"""
_BREAK: Final = """
    CREATE TRIGGER chaos_refuse BEFORE UPDATE ON messaging_outbound FOR EACH ROW
    WHEN (NEW.number = {} AND NEW.state = 'sending') EXECUTE FUNCTION chaos_refuse()
"""


class CommandFailed(Exception):
    """A command of the product that should have worked; the text is what it said."""


class Drive:
    """Two operators at their consoles, and the phones, of one house. Close it at the end."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._consoles = [Console(house.environment, house.logs / f"console-{n}.log") for n in (1, 2)]
        self._phones = ThreadPoolExecutor(thread_name_prefix="phone")

    def close(self) -> None:
        """Send everybody home."""
        self._phones.shutdown(cancel_futures=True)
        for console in self._consoles:
            console.close()

    # --- Operators ---------------------------------------------------------------------------

    def ask(self, *arguments: object) -> Asked:
        """Have the first operator run a command, after those that were asked before."""
        return self._consoles[0].ask(*arguments, "--json")

    def told(self, *arguments: object) -> Any:
        """Run a command and return the object that it answers. Raises CommandFailed."""
        answer = self.ask(*arguments).result().told
        if answer["status"] != "ok":
            raise CommandFailed(f"{arguments[0]}: {answer['message']}")
        return answer

    def migrate(self) -> None:
        """Make the tables. Raises CommandFailed."""
        answer = self._consoles[0].ask("migrate", "--verbosity", "0").result()
        if answer.failure:
            raise CommandFailed(answer.failure)

    def set_stage(self, people: Sequence[str], *, rate: float) -> None:
        """A provider, a programme that everybody with one of these numbers has joined, and a sender of this rate."""
        self.told("seed_demo")
        texts = [word for name, value in _TEXTS.items() for word in (f"--{name}", value)]
        self.told("create_campaign", "--kind", "global", "--sender", SENDER, *texts)
        programme = ("--kind", "opt_in", "--name", "Offers", "--slug", "offers", "--keyword", KEYWORD, "--launch")
        self.told("create_campaign", *programme, "--sender", SENDER)
        file = self._house.logs / "people.csv"
        lines = (f"person-{n},{number},Person {n}" for n, number in enumerate(people))
        file.write_text("\n".join(["external_id,phone,first_name", *lines]) + "\n")
        self.told("import_customers", file)
        self.told("set_chaos_stage", "offers", "--rate", rate)

    def break_the_row_of(self, number: str) -> None:
        """Let no text to this number be claimed, as when what one row has breaks a rule of the database."""
        with psycopg.connect(self._house.environment["DATABASE_URL"], autocommit=True) as server:
            server.execute(_REFUSE)
            server.execute(sql.SQL(_BREAK).format(sql.Literal(number)))

    def create(self, name: str, body: str) -> int:
        """A draft of a campaign to everybody. Returns its number."""
        given = ("--name", name, "--sender", SENDER, "--programme", "offers", "--body", body)
        return int(self.told("create_campaign", "--kind", "messaging", *given)["campaign"])

    def launch_twice(self, campaign: int) -> int:
        """A double click: both operators launch it at the same moment. Returns how many did, which is to be 1."""
        clicks = [console.ask("launch_campaign", campaign, "--now", "--json") for console in self._consoles]
        return sum(click.result().told["status"] == "ok" for click in clicks)

    def status(self, campaign: int, wait: float) -> Mapping[str, Any]:
        """The counts of a campaign, once it is settled or so many seconds are over."""
        counts: Mapping[str, Any] = self.told("campaign_status", campaign, "--wait", wait)
        return counts

    def rows(self, campaign: int, body: str) -> list[Row]:
        """Our own rows of a campaign, whose texts say `body`."""
        export = self.ask("export_messages", campaign, "--whole-numbers").result()
        if export.failure:
            raise CommandFailed(export.failure)
        return [_row(json.loads(line), body) for line in export.text.splitlines()]

    # --- Phones ------------------------------------------------------------------------------

    def text_in(self, number: str, body: str) -> "Future[Stop]":
        """A phone texts our number. Done once the carrier has our webhook's answer, or has given up."""
        return self._phones.submit(self._text_in, number, body)

    def _text_in(self, number: str, body: str) -> Stop:
        answer = self._carrier(f"/handsets/{number.replace('+', '%2B')}/texts", {"to": SENDER, "body": body})
        heard = 200 <= (answer["webhook_status"] or 0) < 300
        return Stop(number, dt.datetime.now(dt.UTC) if heard else None)

    # --- The carrier -------------------------------------------------------------------------

    def order_fault(self, **fault: object) -> None:
        """See docs/simulator.md."""
        self._carrier("/control/faults", fault)

    def revoke(self, revoked: bool) -> None:
        """Have the carrier refuse every credential, or take them again."""
        self._carrier("/control/credentials", {"revoked": revoked}, "PUT")

    def no_more_faults(self) -> None:
        """Call off the faults that are still to come."""
        self._carrier("/control/faults", method="DELETE")

    def under_way(self) -> int:
        """Texts whose story is not at its end at the carrier."""
        return int(self._carrier("/healthz")["under_way"])

    def record(self) -> list[Taken]:
        """Every text that the carrier took from us, our answers to people aside."""
        return [text for text in self._taken_from_us() if text.body not in _TEXTS.values()]

    def welcomes(self) -> Counter[str]:
        """How often each number was told that it is in."""
        welcome = _TEXTS["welcome-message"]
        return Counter(text.number for text in self._taken_from_us() if text.body == welcome)

    def _taken_from_us(self) -> Iterator[Taken]:
        texts = self._carrier("/control/messages")["messages"]
        return (_taken(text) for text in texts if text["by"] == "app")

    def _carrier(self, path: str, body: Mapping[str, object] | None = None, method: str | None = None) -> Any:
        request = urllib.request.Request(
            f"{self._house.carrier_url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=_CARRIER_SECONDS) as answer:
            return json.load(answer)


def _row(told: Mapping[str, Any], body: str) -> Row:
    claimed = told["claimed_at"] and dt.datetime.fromisoformat(told["claimed_at"])
    return Row(told["number"], body, told["state"], told["reason"] or "", told["sid"], claimed)


def _taken(text: Mapping[str, Any]) -> Taken:
    return Taken(text["sid"], text["to"], text["body"], dt.datetime.fromisoformat(text["taken_at"]), text["status"])
