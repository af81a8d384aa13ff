"""`manage.py cancel_campaign CAMPAIGN`: give a campaign up; what still waits never leaves."""

from campaigns.lifecycle import Move
from messaging.management.moving import MoveCommand


class Command(MoveCommand):
    help = "Cancel a campaign. What still waits never leaves, and it cannot be started again."
    move = Move.CANCEL
