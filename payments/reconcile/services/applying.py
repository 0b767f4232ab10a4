"""Confirming a preview, releasing it, stopping its application."""

from datetime import datetime

from payments.reconcile.models import Upload


def confirm(upload_id: int, *, actor_id: int | None, now: datetime) -> Upload:
    """Say that a preview is right. Starts the application, or waits for a second person where
    ``RECONCILE_SECOND_PERSON`` is set.

    Raises ``upload.busy`` while another file is applied, ``upload.nothing`` when no row would
    change anything (then it is only marked as applied), ``state.illegal`` otherwise.
    """
    raise NotImplementedError


def release(upload_id: int, *, actor_id: int, now: datetime) -> Upload:
    """The second person's yes; raises ``upload.same_person`` for the first one."""
    raise NotImplementedError


def send_back(upload_id: int, *, now: datetime) -> Upload:
    """The second person's no: back to the preview."""
    raise NotImplementedError


def stop(upload_id: int, *, now: datetime) -> Upload:
    """Stop an application. What is done stays done; the rest can be confirmed again."""
    raise NotImplementedError
