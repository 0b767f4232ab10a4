"""Wrong passwords of long ago. Sessions and visits end by themselves (``visits.forget``), what
axes counts as soon as a pause is over.
"""

from datetime import datetime

from portal.accounts.models import RefusedSignIn
from portal.lib.retention import Keeping, delete_some


def _attempts(cutoff: datetime, batch: int) -> int:
    return delete_some(RefusedSignIn.objects.filter(attempt_time__lt=cutoff), batch)


# Half a year is what logs are kept (网络安全法).
ATTEMPTS = Keeping("登录失败记录", "SIGN_IN_DAYS", 184, _attempts)
