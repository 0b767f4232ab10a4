"""States of the record's one small workflow: the veteran claim."""

from django.db.models import TextChoices

from portal.lib.workflow import Transitions


class VeteranState(TextChoices):
    """Of a claim to be a 退役 student."""

    PENDING = "pending", "待审核"
    APPROVED = "approved", "已认定"
    REFUSED = "refused", "不通过"


VETERAN_MOVES: Transitions = (
    (VeteranState.PENDING, VeteranState.APPROVED),
    (VeteranState.PENDING, VeteranState.REFUSED),
)
# An import may carry claims the office decided on paper.
VETERAN_FIRST = (VeteranState.PENDING, VeteranState.APPROVED, VeteranState.REFUSED)
