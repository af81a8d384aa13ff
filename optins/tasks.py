"""Celery's door to consent: what happens because time ran out, and imports."""

from celery import shared_task

from campaigns.bell import Rung
from optins.actions import folding, opting_out, pumping
from optins.actions.imports import RUN_IMPORTS, run_waiting_imports


@shared_task(name="optins.lapse_pending")
def lapse_pending() -> None:
    opting_out.lapse_pending()


@shared_task(name="optins.watch_codes")
def watch_codes() -> None:
    pumping.watch_codes()


@shared_task(name="optins.fold_standings")
def fold_standings() -> None:
    folding.fold_standings()


@shared_task(name=RUN_IMPORTS, base=Rung)
def run_imports() -> None:
    """Go on with the imports that wait. Rung by an upload, and by beat for what no bell reached."""
    run_waiting_imports()
