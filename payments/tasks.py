"""The minute jobs and the daily one. Beat and people may start them at any time, twice too."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from payments.services import alarm, announce, refunds, release, sync


@shared_task
def release_due_lines() -> int:
    """Release what has waited 20 minutes, line by line (retake manual, part three)."""
    return release.release_due(timezone.now(), settings.JOB_BATCH)


@shared_task
def announce_payable_again() -> int:
    """Tell payers whose cool-down is over."""
    return announce.announce_payable_again(timezone.now(), settings.JOB_BATCH)


@shared_task
def sync_open_orders() -> int:
    """Ask about open orders, with back-off."""
    return sync.sync_open(timezone.now())


@shared_task
def watch_closed_orders() -> int:
    """Ask about closed orders for two days."""
    return sync.watch_closed(timezone.now())


@shared_task
def push_refunds() -> int:
    """Ask gateways for the refunds that two people have decided."""
    return refunds.push(timezone.now())


@shared_task
def check_refunds() -> int:
    """Ask what became of refunds: accepted is not arrived."""
    return refunds.check(timezone.now())


@shared_task
def watch_money() -> int:
    """Say aloud when the equation is off or an order is unknown for too long."""
    return alarm.watch(timezone.now())
