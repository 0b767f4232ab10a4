"""What finance enters and finds: money told by hand, fiscal receipts, and closed cases.

Foreign keys are named by string, so that this module stands beside the ledger, not above it.
"""

import pgtrigger
from django.db import models
from django.db.models import Q

from payments.models.clerks import clerk, two_people
from payments.states import ENTRY_MOVES, ENTRY_STARTS, EntryState
from portal.lib import workflow


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
    filed_by = clerk("登记人", optional=False)
    filed_at = models.DateTimeField("登记时间")
    released_by = clerk("复核人")
    released_at = models.DateTimeField("复核时间", null=True, blank=True)
    cancelled_by = clerk("撤销人")
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
            two_people("entry_two_people"),
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
            workflow.kept("entry_stays"),
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
    imported_by = clerk("导入人", optional=False)
    imported_at = models.DateTimeField("导入时间")

    class Meta:
        verbose_name = verbose_name_plural = "财政票据"
        ordering = ("-id",)
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return self.number


class Finding(models.Model):
    """What the first of two people found about a conflict that one alone may not close."""

    conflict = models.OneToOneField(
        "payments.Conflict", models.PROTECT, related_name="finding", verbose_name="收款冲突"
    )
    note = models.CharField("核对结果", max_length=200)
    found_by = clerk("核对人", optional=False)
    found_at = models.DateTimeField("核对时间")

    class Meta:
        verbose_name = verbose_name_plural = "待复核的核对结果"
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=~Q(note=""), name="finding_says_what")]
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return self.note


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
    closed_by = clerk("核对人", optional=False)
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
        triggers = [
            workflow.append_only(),
            # Two people took the money back; what its channel signed since is not one person's.
            pgtrigger.Trigger(
                name="closure_signed_by_two",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (SELECT 1 FROM payments_conflict
                               WHERE id = NEW.conflict_id AND is_signed)
                    AND NOT EXISTS (SELECT 1 FROM payments_finding
                                    WHERE conflict_id = NEW.conflict_id
                                        AND found_by_id <> NEW.closed_by_id) THEN
                        RAISE EXCEPTION 'conflict %: closed by two people', NEW.conflict_id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.note
