"""History and openings leave once they are old enough; their triggers let nothing younger go."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from portal.audit.models import LEAST_DAYS
from portal.lib.retention import Keeping


def _oldest(kind: str) -> Callable[[datetime, int], int]:
    """By a function of the owner's: the portal's own role may delete none of these rows."""

    def forget(cutoff: datetime, batch: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_forget(%s, %s, %s)", [kind, cutoff, batch])
            (gone,) = cursor.fetchone()
        return int(gone)

    return forget


CHANGES = Keeping("变更记录", "HISTORY_DAYS", LEAST_DAYS, _oldest("change"))
OPENINGS = Keeping("个人信息查看与导出", "HISTORY_DAYS", LEAST_DAYS, _oldest("opening"))
