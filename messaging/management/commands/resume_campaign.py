"""`manage.py resume_campaign CAMPAIGN`: a paused campaign goes on where it stood."""

from campaigns.lifecycle import Move
from messaging.management.moving import MoveCommand


class Command(MoveCommand):
    help = "Resume a campaign that is paused."
    move = Move.RESUME
