"""When the background jobs run. Each finds its work in rows: twice or late harms nothing."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab

MINUTE_JOBS = (
    "payments.tasks.release_due_lines",
    "payments.tasks.announce_payable_again",
    "payments.tasks.sync_open_orders",
    "payments.tasks.watch_closed_orders",
    "payments.tasks.push_refunds",
    "payments.tasks.check_refunds",
    "payments.reconcile.tasks.read_waiting",
    "portal.inbox.tasks.send_letters",
    "portal.jobs.tasks.pick_up_orphans",
)
OTHER_JOBS = {
    # Files are ready about 10:00; one that is late is asked for again every hour.
    "payments.reconcile.tasks.fetch_statements": crontab(hour="10-22", minute="15"),
    "payments.tasks.watch_money": timedelta(minutes=10),
    "portal.accounts.tasks.forget_visits": crontab(hour="4", minute="20"),
    "portal.audit.tasks.forget_what_is_old": crontab(hour="3", minute="40"),
    "retake.tasks.sweep_enrollments": timedelta(minutes=5),
    "credits.tasks.sweep_applications": timedelta(minutes=5),
    "retake.tasks.refund_undecided_offers": timedelta(minutes=30),
    "retake.tasks.refile_seats": timedelta(minutes=30),
}


def beat_schedule(every: int) -> dict[str, dict[str, Any]]:
    """Celery's schedule; ``every`` is the pause of the minute jobs in seconds."""
    times = dict.fromkeys(MINUTE_JOBS, every) | OTHER_JOBS
    return {name: {"task": name, "schedule": when} for name, when in times.items()}
