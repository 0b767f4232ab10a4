"""退役身份, as far as it makes retakes free."""

from datetime import datetime

from portal.accounts.models import User
from portal.lib.errors import DomainError
from portal.records.models import VeteranStatus
from portal.records.services.veterans import decide_veteran
from retake.services.sweep import sweep

PERMISSION = "retake.decide_veteranclaim"


def decide(
    *, staff: User, claim_id: int, approved: bool, note: str, now: datetime
) -> VeteranStatus:
    """Decide a claim and let it act at once: open enrolments become free, paid ones a refund."""
    if not staff.has_perm(PERMISSION):
        raise DomainError("veteran.forbidden", "你没有审核退役身份的权限。", status=403)
    row = decide_veteran(claim_id=claim_id, staff=staff, approved=approved, note=note, now=now)
    sweep(now, row.student_id, known=True)
    return row
