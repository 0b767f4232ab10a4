"""When the background jobs run. Each finds its work in rows: twice or late harms nothing."""

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
SLOWER_JOBS = {  # how many times the pause of a minute job
    "payments.tasks.watch_money": 10,
    "retake.tasks.sweep_enrollments": 5,
    "credits.tasks.sweep_applications": 5,
    "retake.tasks.refund_undecided_offers": 30,
    "retake.tasks.refile_seats": 30,
}
DAILY_JOBS = {
    # Files are ready about 10:00; one that is late is asked for again every hour.
    "payments.reconcile.tasks.fetch_statements": crontab(hour="10-22", minute="15"),
    "portal.accounts.tasks.forget_visits": crontab(hour="4", minute="20"),
    "portal.audit.tasks.forget_what_is_old": crontab(hour="3", minute="40"),
}


def beat_schedule(every: int) -> dict[str, dict[str, Any]]:
    """Celery's schedule; ``every`` is the pause of the minute jobs in seconds."""
    slower = {name: every * factor for name, factor in SLOWER_JOBS.items()}
    pauses = dict.fromkeys(MINUTE_JOBS, every) | slower | DAILY_JOBS
    return {name: {"task": name, "schedule": when} for name, when in pauses.items()}
