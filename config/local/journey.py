"""What `./start --check` does with the system from outside, over HTTP, as a person and a carrier would.

A marketer clicks through the guide in the dashboard, one person joins by text, another by the API, both are
texted, one says STOP. Nothing here knows the product's code: only its pages, its API and the handsets.
"""

import datetime as dt
import http.client
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from config.local.visitor import Form, Handset, Page, Unexpected, Upload, Value, Visitor, call

_PATIENCE_SECONDS = 20
_SHORT_CODE = "97865"
_KEYWORD = "SPRING"
_EVENT = "order_shipped"

# Numbers that films use: no telephone has them.
_BY_TEXT = "+13135550191"
_BY_APP = "+13135550192"
_NEVER_JOINED = "+13135550193"

_PEOPLE = f"""external_id,first_name,phone
check-1,Tess,{_BY_TEXT}
check-2,Anna,{_BY_APP}
check-3,Nora,{_NEVER_JOINED}
"""

_WELCOME = "Welcome to Check Alerts! Msg&data rates may apply. 4 msgs/month. Reply HELP for help, STOP to cancel."
_STOPPED = "This is Check Alerts. You have now been opted-out. Reply START to opt back in."
_HELP = "This is Check Alerts. 4 msgs/month. Reply STOP to cancel. For further information go to example.com."
_NO_MATCH = "Sorry we did not understand that. Reply HELP for help or STOP to cancel."
_ASK = "Check Alerts: reply YES to get 4 msgs/month. Msg&data rates may apply. Reply HELP for help, STOP to cancel."
# What a message ends with unless a marketer takes it away.
_CLOSING = "\nReply STOP to cancel."
_CONFIRMED = "Check Alerts: you are in! 4 msgs/month. Msg&data rates may apply. Reply HELP for help, STOP to cancel."


def run(base_url: str, simulator_url: str, logins: str) -> bool:
    """Walk the steps in order and print a line for each, with its time. False at the first that fails.

    `logins` is what seeding printed: the users with their passwords, the API apps with their secrets.
    """
    journey = Journey(base_url, simulator_url, logins)
    return all(_take(name, step) for name, step in journey.steps())


def _take(name: str, step: Callable[[], None]) -> bool:
    begun = time.monotonic()
    try:
        step()
        mark, reason = "ok", ""
    except (AssertionError, OSError, http.client.HTTPException) as error:
        mark, reason = "FAILED", f": {error}"
    sys.stdout.write(f"  {mark:6} {time.monotonic() - begun:5.2f} s  {name}{reason}\n")
    sys.stdout.flush()
    return not reason


class Journey:
    """One walk through the guide, from an instance that has no campaign to a STOP that holds."""

    def __init__(self, base_url: str, simulator_url: str, logins: str) -> None:
        self.base_url = base_url
        self.marketer = Visitor(base_url)
        self.logins = logins
        self.tess = Handset(simulator_url, _BY_TEXT)
        self.anna = Handset(simulator_url, _BY_APP)
        self.nora = Handset(simulator_url, _NEVER_JOINED)
        self.campaign_page = ""

    def steps(self) -> Sequence[tuple[str, Callable[[], None]]]:
        return (
            ("The system says that it is ready", self.is_ready),
            ("Somebody logs in", self.log_in),
            ("The Global SMS Opt-In is created, completed and live", self.set_up_global),
            ("An SMS Opt-In with double opt-in is created and launched", self.set_up_opt_in),
            ("Customers are imported", self.import_customers),
            ("A person joins by texting the keyword and YES", self.join_by_text),
            ("Another joins by the API with the code from her handset", self.join_by_app),
            ("A scheduled and a triggered message are written and launched", self.set_up_messages),
            ("Only the opted-in receive the scheduled message", self.scheduled_arrives),
            ("An event sends the triggered message", self.triggered_arrives),
            ("The message log says delivered", self.is_delivered),
            ("STOP is confirmed once, and nothing more is sent", self.stop_holds),
            ("HELP and a nonsense word are answered", self.help_and_nonsense),
        )

    # --- The steps -------------------------------------------------------------------------

    def is_ready(self) -> None:
        _expect(self.marketer.open("/readyz"), '"ok"')

    def log_in(self) -> None:
        found = re.search(r"^\s*admin\s+password (\S+)", self.logins, re.MULTILINE)
        if found is None:
            raise Unexpected("Seeding named no login for admin.")
        page = self.marketer.open("/admin/")
        form = page.form_with("username", "password")
        home = self.marketer.submit(page, form, {"username": "admin", "password": found[1]})
        _expect(home, "Campaigns &amp; Content", "Create Campaign")

    def set_up_global(self) -> None:
        chooser = self.marketer.open("/admin/campaigns/campaign/create/")
        page = self.marketer.submit(chooser, _form_to(chooser, "/globalcampaign/add/"), {})
        options = self.marketer.open(page.url.replace("/change/", "/options/"))
        form = options.form_with("sender", "opt_out_message")
        texts = {
            "welcome_message": _WELCOME,
            "opt_out_message": _STOPPED,
            "help_message": _HELP,
            "no_match_message": _NO_MATCH,
        }
        saved = self.marketer.submit(options, form, {**_sender(form), **texts})
        _expect(saved, "options were saved", 'data-state="live"')

    def set_up_opt_in(self) -> None:
        page = self._create("opt_in", "Check Alerts")
        options = self.marketer.open(page.url.replace("/change/", "/options/"))
        form = options.form_with("sender", "keywords", "double_opt_in")
        saved = self.marketer.submit(
            options,
            form,
            {
                **_sender(form),
                "keywords": _KEYWORD,
                "double_opt_in": "on",
                "confirmation_request": _ASK,
                "welcome_message": _CONFIRMED,
            },
        )
        _expect(saved, "options were saved")
        self._launch(saved)

    def import_customers(self) -> None:
        page = self.marketer.open("/admin/campaigns/customerimport/add/")
        upload = Upload("file", "people.csv", _PEOPLE.encode())
        result = self.marketer.submit(page, page.form_with("file"), {}, upload=upload)
        _until("the preview", lambda: "Run import" in _text(self.marketer.open(result.url)))
        preview = self.marketer.open(result.url)
        self.marketer.submit(preview, preview.form_to("/run/"), {})
        _until("the import to finish", lambda: "Customers created 3" in _text(self.marketer.open(result.url)))

    def join_by_text(self) -> None:
        self.tess.text(_SHORT_CODE, _KEYWORD.lower())
        self._receives(self.tess, [_ASK])
        self.tess.text(_SHORT_CODE, "Yes")
        self._receives(self.tess, [_ASK, _CONFIRMED])

    def join_by_app(self) -> None:
        person = {"external_id": "check-2", "to_phone_number": _BY_APP.removeprefix("+")}
        programme = int(self._programme().split()[2])
        self._call("messaging_events/sms/validatiton/request", {**person, "campaign_id": programme})
        _until("the code to arrive", lambda: len(self.anna.received()) == 1)
        code = re.search(r"\b\d{6}\b", self.anna.received()[0])
        if code is None:
            raise Unexpected("The text with the code holds no six digits.")
        self._call("messaging_events/sms/validatiton/confirm", {**person, "validation_code": code[0]})
        _until("the confirmation to arrive", lambda: self.anna.received()[1:] == [_CONFIRMED])

    def set_up_messages(self) -> None:
        page = self._create("messaging", "Check news")
        self.campaign_page = page.url
        # A time close ahead that leaves the launch enough of it.
        soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=8)
        scheduled = {
            "name": "Today",
            "delivery": "scheduled",
            "scheduled_for_0": soon.strftime("%Y-%m-%d"),
            "scheduled_for_1": soon.strftime("%H:%M:%S"),
            "time_zone": "UTC",
            "body": 'Hi {{ first_name | default: "there" }}, spring has come.',
        }
        triggered = {
            "name": "Shipped",
            "delivery": "triggered",
            "event_name": _EVENT,
            "body": "{{ first_name }}, your order is on its way.",
        }
        self._add_message(page, scheduled)
        self._add_message(page, triggered)
        self._launch(self.marketer.open(self.campaign_page))

    def scheduled_arrives(self) -> None:
        self._receives_last(self.tess, f"Hi Tess, spring has come.{_CLOSING}")
        self._receives_last(self.anna, f"Hi Anna, spring has come.{_CLOSING}")
        if self.nora.received():
            raise Unexpected("Somebody who never opted in was texted.")

    def triggered_arrives(self) -> None:
        self._event("check-1", "order-1")
        self._receives_last(self.tess, f"Tess, your order is on its way.{_CLOSING}")

    def is_delivered(self) -> None:
        log = "/admin/messaging/outbound/?state__exact=delivered&kind__exact=campaign"
        _until("three campaign texts to be delivered", lambda: self._rows(log) == 3)

    def stop_holds(self) -> None:
        self.tess.text(_SHORT_CODE, "Stop.")
        self._receives_last(self.tess, _STOPPED)
        before = self.tess.received()
        self._event("check-1", "order-2")
        self._event("check-2", "order-3")
        self._receives_last(self.anna, f"Anna, your order is on its way.{_CLOSING}")
        if self.tess.received() != before:
            raise Unexpected("A text was sent after STOP.")

    def help_and_nonsense(self) -> None:
        self.tess.text(_SHORT_CODE, "HELP")
        self._receives_last(self.tess, _HELP)
        self.nora.text(_SHORT_CODE, "qwertz")
        self._receives(self.nora, [_NO_MATCH])

    # --- What steps are made of ------------------------------------------------------------

    def _create(self, kind: str, name: str) -> Page:
        page = self.marketer.open(f"/admin/campaigns/campaign/create/?kind={kind}")
        created = self.marketer.submit(page, page.form_with("kind", "name"), {"name": name})
        _expect(created, name)
        return created

    def _launch(self, page: Page) -> None:
        link = re.search(r'href="([^"]*/launch/confirm/)"', page.html)
        if link is None:
            raise Unexpected(f"{page.url} offers no Launch.")
        asked = self.marketer.open(link[1])
        if "data-at-once" in asked.html:  # what a browser submits by itself: every text is rendered
            asked = self.marketer.submit(asked, asked.form_with("count"), {})
        # A messaging campaign is reviewed: what is to be seen is ticked.
        form = _form_to(asked, "" if "Review before launch" not in asked.html else "/launch/")
        launched = self.marketer.submit(asked, form, {name: "on" for name in form.names if name.startswith("accept-")})
        _expect(launched, "was launched", 'data-state="live"')

    def _add_message(self, campaign: Page, values: Mapping[str, str]) -> None:
        number = re.search(r"/(\d+)/change/", campaign.url)
        if number is None:
            raise Unexpected(f"{campaign.url} is not the page of a campaign.")
        page = self.marketer.open(f"/admin/messaging/smsmessage/add/?campaign={number[1]}")
        form = page.form_with("name", "delivery", "body")
        programme = form.option("programme", "check-alerts")
        saved = self.marketer.submit(page, form, {**_sender(form), "programme": programme, **values})
        _expect(saved, "saved")

    def _programme(self) -> str:
        """The messaging preference as the dashboard lists it: `sms - 2 check-alerts`."""
        page = self.marketer.open("/admin/campaigns/campaign/?q=Check+Alerts")
        found = re.search(r"/optins/optincampaign/(\d+)/change/", page.html)
        if found is None:
            raise Unexpected("The list of campaigns does not show the opt-in campaign.")
        return f"sms - {found[1]} check-alerts"

    def _call(self, path: str, body: Mapping[str, object]) -> None:
        found = re.search(r"API app “Web shop”: key (\S+), secret (\S+)", self.logins)
        if found is None:
            raise Unexpected("Seeding named no API app.")
        key, secret = found.groups()
        status, said = call("POST", f"{self.base_url}/priv/v1/apps/{key}/{path}", body, login=(key, secret))
        if (status, said.get("status")) != (http.client.OK, "ok"):
            raise Unexpected(f"{path} answered {status}: {said}")

    def _event(self, external_id: str, event_id: str) -> None:
        self._call(f"external/users/{external_id}/events", {"event_id": event_id, "name": _EVENT})

    def _rows(self, path: str) -> int:
        return self.marketer.open(path).html.count('name="_selected_action"') or len(
            re.findall(r"/messaging/outbound/\d+/change/", self.marketer.open(path).html)
        )

    def _receives(self, handset: Handset, bodies: Sequence[str]) -> None:
        _until(f"{bodies[-1][:30]}… to arrive", lambda: handset.received() == list(bodies))

    def _receives_last(self, handset: Handset, body: str) -> None:
        _until(f"“{body[:30]}…” to arrive", lambda: handset.received()[-1:] == [body])


def _sender(form: Form) -> Mapping[str, Value]:
    return {"provider": form.option("provider", "Jan"), "sender": form.option("sender", _SHORT_CODE)}


def _form_to(page: Page, address: str) -> Form:
    """The form that posts to this address; a blank one is the form that the page itself takes."""
    for form in page.forms:
        if "csrfmiddlewaretoken" in form.names and (address in form.action if address else not form.action):
            return form
    raise Unexpected(f"{page.url} has no form that leads to {address}.")


def _text(page: Page) -> str:
    """What a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.html).split())


def _expect(page: Page, *words: str) -> None:
    """The page answered 200 with these words in it."""
    missing = [word for word in words if word not in page.html]
    if page.status != http.client.OK or missing:
        told = re.findall(r'class="[^"]*error[^"]*"[^>]*>\s*([^<]+)', page.html)
        raise Unexpected(f"{page.url} answered {page.status} without {missing}. It says: {told[:3]}")


def _until(what: str, come: Callable[[], bool]) -> None:
    """Wait for something that a worker does."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not come():
        if time.monotonic() > deadline:
            raise Unexpected(f"Waited {_PATIENCE_SECONDS} s for {what}.")
        time.sleep(0.1)
