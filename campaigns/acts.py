"""The acts of the audit trail in words. The stored words never change; what people read may."""

from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, str]] = {
    "api_app.change": "Changed an API app",
    "api_app.create": "Created an API app",
    "api_app.rotate": "Gave an API app a new secret",
    "attribute.delete": "Deleted an attribute",
    "attribute.save": "Saved an attribute",
    "campaign.cancel": "Cancelled a campaign",
    "campaign.change": "Changed a campaign",
    "campaign.create": "Created a campaign",
    "campaign.end": "Ended a campaign",
    "campaign.launch": "Launched a campaign",
    "campaign.pause": "Paused a campaign",
    "campaign.resume": "Resumed a campaign",
    "customer.add_number": "Added a number to a customer",
    "customer.create": "Created a customer",
    "customer.delete": "Deleted a customer",
    "customer.erase": "Erased a customer",
    "customer.update": "Changed a customer",
    "drift.check": "Compared consent with a carrier",
    "global.options": "Saved the options of the Global SMS Opt-In",
    "hours.reset": "Went back to the shipped lawful hours of a region",
    "hours.save": "Changed the lawful hours of a region",
    "import.done": "Finished an import",
    "import.failed": "Gave up an import",
    "import.start": "Started an import",
    "message.delete": "Deleted a message",
    "message.duplicate": "Duplicated a message",
    "message.launch": "Launched a message",
    "message.notes": "Changed the notes of a message",
    "message.review": "Reviewed a message before its launch",
    "message.save": "Saved a message",
    "number.erase": "Erased a number",
    "number.opt_out": "Opted a number out",
    "opt_in.options": "Saved the options of an SMS Opt-In",
    "price.delete": "Deleted the price of a part",
    "price.save": "Changed the price of a part",
    "provider.check": "Tested a provider's connection",
    "provider.delete": "Deleted a message provider",
    "provider.fetch_numbers": "Fetched a provider's numbers",
    "provider.save": "Saved a message provider",
    "review.keep": "Read a text as no opt-out",
    "review.opt_out": "Read a text as an opt-out",
    "segment.delete": "Deleted a segment",
    "segment.save": "Saved a segment",
    "sender.delete": "Deleted a phone number",
    "sender.save": "Saved a phone number",
    "sending.hold": "Stopped all sending",
    "text.handle": "Marked a person's texts as handled",
    "text.reopen": "Marked a person's text as not handled",
    "text.reply": "Replied to a person",
    "sending.release": "Released all sending",
}


def in_words(act: str) -> str:
    """``opt_in.options`` is “Saved the options of an SMS Opt-In”. An act that has no words yet stands as it is."""
    return _WORDS.get(act, act)
