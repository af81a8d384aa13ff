"""A send worker in a process of its own, which says how far it has come and then waits to be killed.

    python -m tests.messaging.doomed claim|send|work

`claim` stops after the claim, `send` after the carrier's answer, `work` works until something stops it.
"""

import sys
import time

import django

django.setup()

from messaging.actions.carriers import gateway_for  # noqa: E402
from messaging.actions.sending import rounds  # noqa: E402  needs Django to be set up
from messaging.actions.sending.claiming import claim_recipients  # noqa: E402
from messaging.actions.sending.flights import callback_url  # noqa: E402
from messaging.gateway.twilio import OutgoingText  # noqa: E402
from messaging.models import Run  # noqa: E402


def main(deed: str) -> None:
    if deed == "work":
        rounds.send_due(seconds=60)
        return
    run = Run.objects.get()
    (text,) = claim_recipients(run=run, parts=1).texts
    if deed == "send":
        callback = callback_url(text.attempt_id)
        gateway_for(run.sender.provider).send(OutgoingText(text.number, run.sender.address, text.body, callback, None))
    sys.stdout.write("done\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
