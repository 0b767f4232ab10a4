"""Wrong passwords of long ago. Sessions and visits end by themselves (``visits.forget``)."""

from datetime import datetime

from axes.models import AccessAttempt

from portal.lib.retention import Keeping, delete_some


def _attempts(cutoff: datetime, batch: int) -> int:
    return delete_some(AccessAttempt.objects.filter(attempt_time__lt=cutoff), batch)


# A pause must be over before what it counts is forgotten; half a year is what logs are kept.
ATTEMPTS = Keeping("登录失败记录", "SIGN_IN_DAYS", 184, _attempts)
