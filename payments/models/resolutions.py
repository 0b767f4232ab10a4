"""What becomes of money that fits nowhere, and who decided it.

Filed by one person and released by another; a CheckConstraint says so. Foreign keys are named by
string, so that this module stands beside the ledger, not above it.
"""

import pgtrigger
from django.db import models
from django.db.models import Q

from payments.models.clerks import clerk, two_people
from payments.states import (
    RESOLUTION_MOVES,
    RESOLUTION_STARTS,
    ResolutionMethod,
    ResolutionState,
)
from portal.lib import workflow


class Resolution(models.Model):
    """How one surplus leaves: through the gateway, to another charge, by hand, or not at all: it
    was never there.

    ``refund_number`` is the surplus's own and the same for ever, so that no channel sends the
    same money twice. ``asked_at`` is set before the gateway is spoken to and taken away only by
    its refusal: while it stands, the answer is awaited and nothing can be undone.
    """

    surplus = models.ForeignKey(
        "payments.Surplus", models.PROTECT, related_name="resolutions", verbose_name="余款"
    )
    method = models.CharField("方式", max_length=8, choices=ResolutionMethod.choices())
    state = models.CharField(
        "状态",
        max_length=10,
        choices=ResolutionState.choices(),
        default=ResolutionState.REQUESTED,
    )
    refund_number = models.CharField("退款单号", max_length=40)
    target = models.ForeignKey(
        "payments.Charge", models.PROTECT, null=True, blank=True, verbose_name="转入费用"
    )
    reason = models.CharField("申请理由", max_length=200)
    evidence = models.CharField("办理凭证", max_length=200, blank=True)
    filed_by = clerk("申请人", optional=False)
    filed_at = models.DateTimeField("申请时间")
    released_by = clerk("复核人")
    released_at = models.DateTimeField("复核时间", null=True, blank=True)
    asked_at = models.DateTimeField("已提交渠道", null=True, blank=True)
    accepted_at = models.DateTimeField("渠道受理时间", null=True, blank=True)
    arrived_at = models.DateTimeField("办结时间", null=True, blank=True)
    failure = models.CharField("没有退成的原因", max_length=200, blank=True)
    next_check_at = models.DateTimeField("下次询问", null=True, blank=True)
    check_count = models.PositiveSmallIntegerField("询问次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "余款处理"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("surplus",),
                condition=~Q(state=ResolutionState.CANCELLED),
                name="resolution_one_per_surplus",
            ),
            models.UniqueConstraint(
                fields=("refund_number",),
                condition=~Q(state=ResolutionState.CANCELLED),
                name="resolution_number_once",
            ),
            two_people("resolution_two_people"),
            models.CheckConstraint(
                condition=Q(state__in=(ResolutionState.REQUESTED, ResolutionState.CANCELLED))
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="resolution_released_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=ResolutionState.ARRIVED) | Q(arrived_at__isnull=False),
                name="resolution_arrived_has_time",
            ),
            models.CheckConstraint(
                condition=Q(method=ResolutionMethod.MOVE, target__isnull=False)
                | (~Q(method=ResolutionMethod.MOVE) & Q(target__isnull=True)),
                name="resolution_moves_somewhere",
            ),
            models.CheckConstraint(
                condition=~Q(method=ResolutionMethod.MANUAL, state=ResolutionState.ARRIVED)
                | ~Q(evidence=""),
                name="resolution_by_hand_has_evidence",
            ),
            # Undone while the gateway may be sending it, the money could go back twice.
            models.CheckConstraint(
                condition=~Q(state=ResolutionState.CANCELLED) | Q(asked_at__isnull=True),
                name="resolution_cancelled_before_asking",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="resolution_has_reason"),
            workflow.one_of("method", ResolutionMethod, "resolution_method_known"),
            workflow.one_of("state", ResolutionState, "resolution_state_known"),
        ]
        indexes = [workflow.where_set("next_check_at", "resolution_to_check")]
        triggers = [
            *workflow.triggers("state", RESOLUTION_MOVES, RESOLUTION_STARTS),
            pgtrigger.ReadOnly(
                name="resolution_is_fixed",
                fields=[
                    "surplus", "method", "refund_number", "target", "reason", "filed_by",
                    "filed_at",
                ],
            ),
            workflow.kept("resolution_stays"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{ResolutionMethod(self.method).label} {self.refund_number}"


class ResolutionEvent(models.Model):
    """Each step of a resolution: who did it (nobody: the portal itself), when, and why."""

    resolution = models.ForeignKey(
        Resolution, models.PROTECT, related_name="events", verbose_name="余款处理"
    )
    state = models.CharField("变为", max_length=10, choices=ResolutionState.choices())
    actor = clerk("经办人")
    note = models.CharField("说明", max_length=200, blank=True)
    happened_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "处理经过"
        ordering = ("-id",)
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return ResolutionState(self.state).label


class CaseOwner(models.Model):
    """Who works on a surplus now. The next clerk sees the name instead of starting again."""

    surplus = models.OneToOneField(
        "payments.Surplus", models.PROTECT, related_name="owned", verbose_name="余款"
    )
    owner = clerk("负责人", optional=False)
    since = models.DateTimeField("接手时间")

    class Meta:
        verbose_name = verbose_name_plural = "余款负责人"
        ordering = ("-id",)

    def __str__(self) -> str:
        return str(self.owner)
