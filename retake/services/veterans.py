"""退役身份, as far as it makes retakes free."""

from dataclasses import replace
from datetime import datetime

from django.utils.timezone import localdate

from payments.selectors import positions_by_reference
from payments.standing import Standing
from portal.accounts.models import User
from portal.lib.errors import DomainError
from portal.lib.money import yuan
from portal.records.models import VeteranStatus
from portal.records.selectors import facts_of
from portal.records.services.veterans import decide_veteran
from retake.billing import PURPOSE
from retake.fees import why_not_exempt
from retake.models import Enrollment
from retake.services.sweep import sweep
from retake.states import OPEN

PERMISSION = "retake.decide_veteranclaim"


def decide(
    *, staff: User, claim_id: int, approved: bool, note: str, now: datetime
) -> VeteranStatus:
    """Decide a claim and let it act at once: open enrolments become free, paid ones a refund."""
    if not staff.has_perm(PERMISSION):
        raise DomainError("veteran.forbidden", "你没有审核退役身份的权限。", status=403)
    effect = _effect(claim_id, now) if approved else ""
    row = decide_veteran(
        claim_id=claim_id, staff=staff, approved=approved, note=note, effect=effect, now=now
    )
    sweep(now, row.student_id, known=True)
    return row


def _effect(claim_id: int, now: datetime) -> str:
    """What approving means for the student's retakes, in one message: free, and what goes back."""
    claim = VeteranStatus.objects.filter(pk=claim_id).first()
    if claim is None:
        return ""
    facts = facts_of([claim.student_id])[claim.student_id]
    refused = why_not_exempt(replace(facts, veteran_from=claim.valid_from), localdate(now))
    if refused:
        return refused
    paid = _paid(claim.student_id, now)
    if not paid:
        return "重修不用缴费。"
    return f"重修不用缴费，已缴的 {len(paid)} 门 {yuan(sum(paid))} 由财务处退回，进度写在缴费页。"


def _paid(student_id: int, now: datetime) -> list[int]:
    """What each paid course cost, in fen."""
    states = [state.value for state in OPEN]
    rows = Enrollment.objects.filter(student=student_id, state__in=states, exempt=False)
    found = positions_by_reference(PURPOSE, [row.reference for row in rows], now)
    return [item.amount_fen for item in found.values() if item.position.standing is Standing.PAID]
