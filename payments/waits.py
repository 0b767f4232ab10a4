"""The waits in force, from the settings."""

from django.conf import settings

from payments.standing import Waits


def in_force() -> Waits:
    """The waits of the retake manual, part three, as this installation sets them."""
    return Waits(
        release_after=settings.ORDER_RELEASE_AFTER,
        repay_after=settings.ORDER_REPAY_AFTER,
        watch=settings.ORDER_WATCH,
        finance=settings.FINANCE_CASE_AFTER,
    )
