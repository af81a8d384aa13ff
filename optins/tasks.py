"""Celery's door to consent: what happens because time ran out."""

from celery import shared_task

from optins.actions import opting_out, pumping


@shared_task(name="optins.lapse_pending")
def lapse_pending() -> None:
    opting_out.lapse_pending()


@shared_task(name="optins.watch_codes")
def watch_codes() -> None:
    pumping.watch_codes()
