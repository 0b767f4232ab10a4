"""History and openings leave once they are old enough; their triggers let nothing younger go."""

from datetime import datetime

from portal.audit.models import LEAST_DAYS, Change, Opening
from portal.lib.retention import Keeping, delete_some


def _changes(cutoff: datetime, batch: int) -> int:
    return delete_some(Change.objects.filter(at__lt=cutoff), batch)


def _openings(cutoff: datetime, batch: int) -> int:
    return delete_some(Opening.objects.filter(at__lt=cutoff), batch)


CHANGES = Keeping("变更记录", "HISTORY_DAYS", LEAST_DAYS, _changes)
OPENINGS = Keeping("个人信息查看与导出", "HISTORY_DAYS", LEAST_DAYS, _openings)
