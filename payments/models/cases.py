"""Cases for finance: what becomes of money that fits nowhere, and who decided it.

Whatever moves money is filed by one person and released by another; a CheckConstraint says so.
Foreign keys are named by string, so that this module stands beside the ledger, not above it.
"""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.states import (
    ENTRY_MOVES,
    ENTRY_STARTS,
    RESOLUTION_MOVES,
    RESOLUTION_STARTS,
    EntryState,
    ResolutionMethod,
    ResolutionState,
)
from portal.lib import workflow


def _clerk(label: str, *, optional: bool = True) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=optional,
        blank=optional,
        related_name="+",
        verbose_name=label,
    )


def _two_people(name: str) -> models.CheckConstraint:
    """Filing and releasing are two people's work."""
    return models.CheckConstraint(
        condition=Q(released_by__isnull=True) | ~Q(released_by=F("filed_by")),
        name=name,
        violation_error_message="申请和复核要由两个人来做。",
    )


class Resolution(models.Model):
    """How one surplus leaves: through the gateway, to another charge, or by hand.

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
    filed_by = _clerk("申请人", optional=False)
    filed_at = models.DateTimeField("申请时间")
    released_by = _clerk("复核人")
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
            _two_people("resolution_two_people"),
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
        indexes = [
            models.Index(
                fields=("next_check_at",),
                condition=Q(next_check_at__isnull=False),
                name="resolution_to_check",
            )
        ]
        triggers = [
            *workflow.triggers("state", RESOLUTION_MOVES, RESOLUTION_STARTS),
            pgtrigger.ReadOnly(
                name="resolution_is_fixed",
                fields=[
                    "surplus", "method", "refund_number", "target", "reason", "filed_by",
                    "filed_at",
                ],
            ),
            pgtrigger.Protect(name="resolution_stays", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{ResolutionMethod(self.method).label} {self.refund_number}"


class ResolutionEvent(models.Model):
    """Each step of a resolution: who did it (nobody: the portal itself), when, and why."""

    resolution = models.ForeignKey(
        Resolution, models.PROTECT, related_name="events", verbose_name="余款处理"
    )
    state = models.CharField("变为", max_length=10, choices=ResolutionState.choices())
    actor = _clerk("经办人")
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
    owner = _clerk("负责人", optional=False)
    since = models.DateTimeField("接手时间")

    class Meta:
        verbose_name = verbose_name_plural = "余款负责人"
        ordering = ("-id",)

    def __str__(self) -> str:
        return str(self.owner)


class ManualEntry(models.Model):
    """Money no channel told of, by hand: for an order, or for a charge paid over the counter."""

    order = models.ForeignKey(
        "payments.Order", models.PROTECT, null=True, blank=True, verbose_name="订单"
    )
    charge = models.ForeignKey(
        "payments.Charge", models.PROTECT, null=True, blank=True, verbose_name="费用"
    )
    amount_fen = models.PositiveIntegerField("金额（分）")
    paid_at = models.DateTimeField("付款时间")
    evidence = models.CharField("凭证", max_length=200)
    reason = models.CharField("登记理由", max_length=200)
    state = models.CharField(
        "状态", max_length=10, choices=EntryState.choices(), default=EntryState.REQUESTED
    )
    filed_by = _clerk("登记人", optional=False)
    filed_at = models.DateTimeField("登记时间")
    released_by = _clerk("复核人")
    released_at = models.DateTimeField("复核时间", null=True, blank=True)
    cancelled_by = _clerk("撤销人")
    cancelled_at = models.DateTimeField("撤销时间", null=True, blank=True)
    receipt = models.ForeignKey(
        "payments.Receipt", models.PROTECT, null=True, blank=True, verbose_name="收款记录"
    )
    outcome = models.CharField("入账结果", max_length=12, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "人工登记收款"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="entry_is_positive"),
            models.CheckConstraint(
                condition=Q(order__isnull=False) ^ Q(charge__isnull=False),
                name="entry_for_one_thing",
            ),
            models.CheckConstraint(
                condition=~Q(evidence="") & ~Q(reason=""), name="entry_has_evidence"
            ),
            models.CheckConstraint(
                condition=~Q(state=EntryState.RELEASED)
                | Q(released_by__isnull=False, receipt__isnull=False),
                name="entry_released_has_receipt",
            ),
            _two_people("entry_two_people"),
            models.UniqueConstraint(
                fields=("order",),
                condition=Q(state=EntryState.REQUESTED),
                name="entry_one_waiting_per_order",
            ),
            models.UniqueConstraint(
                fields=("charge",),
                condition=Q(state=EntryState.REQUESTED),
                name="entry_one_waiting_per_charge",
            ),
            workflow.one_of("state", EntryState, "entry_state_known"),
        ]
        triggers = [
            *workflow.triggers("state", ENTRY_MOVES, ENTRY_STARTS),
            pgtrigger.ReadOnly(
                name="entry_is_fixed",
                fields=[
                    "order", "charge", "amount_fen", "paid_at", "evidence", "reason", "filed_by",
                    "filed_at",
                ],
            ),
            pgtrigger.Protect(name="entry_stays", operation=pgtrigger.Delete),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"人工登记 {self.pk}"


class FiscalReceipt(models.Model):
    """The fiscal e-receipt (财政票据) that finance issued for a receipt, from its own system."""

    receipt = models.OneToOneField(
        "payments.Receipt", models.PROTECT, related_name="fiscal", verbose_name="收款记录"
    )
    number = models.CharField("票据号码", max_length=40, unique=True)
    link = models.URLField("票据链接", max_length=300, blank=True)
    imported_by = _clerk("导入人", optional=False)
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = verbose_name_plural = "财政票据"
        ordering = ("-id",)
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return self.number


class Closure(models.Model):
    """What finance found about a conflict, or a claimed order that no money came for."""

    conflict = models.OneToOneField(
        "payments.Conflict", models.PROTECT, null=True, blank=True, related_name="closure",
        verbose_name="收款冲突",
    )  # fmt: skip
    order = models.OneToOneField(
        "payments.Order", models.PROTECT, null=True, blank=True, related_name="closure",
        verbose_name="订单",
    )  # fmt: skip
    note = models.CharField("核对结果", max_length=200)
    closed_by = _clerk("核对人", optional=False)
    closed_at = models.DateTimeField("核对时间")

    class Meta:
        verbose_name = verbose_name_plural = "核对结论"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=Q(conflict__isnull=False) ^ Q(order__isnull=False),
                name="closure_of_one_thing",
            ),
            models.CheckConstraint(condition=~Q(note=""), name="closure_says_why"),
        ]
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return self.note
