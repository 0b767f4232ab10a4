"""Refunds that a channel lists and the portal did not decide, for finance to look into."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.states import StrayReason
from portal.lib import money, workflow


class StrayRefund(models.Model):
    """Money a channel says it sent back, for which no released refund of ours stands.

    Made at the channel's own console, or told differently from what two people decided. Nothing is
    posted: finance finds out and writes down what it was, once (``note`` … ``closed_at``). ``key``
    is the channel's or our number of the refund; the same one told again is no second case.
    """

    channel = models.CharField("渠道", max_length=16)
    key = models.CharField("退款单号", max_length=200)
    order_number = models.CharField("订单号", max_length=64, db_index=True)
    trade_number = models.CharField("原交易号", max_length=64, blank=True)
    receipt = models.ForeignKey(
        "payments.Receipt", models.PROTECT, null=True, blank=True, related_name="strays",
        verbose_name="原收款",
    )  # fmt: skip
    amount_fen = models.PositiveIntegerField("退款金额（分）")
    reason = models.CharField("原因", max_length=16, choices=StrayReason.choices())
    moved_at = models.DateTimeField("渠道退款时间")
    message = models.ForeignKey("payments.GatewayMessage", models.PROTECT, verbose_name="依据")
    seen_at = models.DateTimeField("发现时间")
    note = models.CharField("核对结果", max_length=200, blank=True)
    closed_by: "models.ForeignKey[Any, Any]" = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="核对人",
    )  # fmt: skip
    closed_at = models.DateTimeField("核对时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "渠道自行退款"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("channel", "key", "amount_fen"), name="stray_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="stray_is_positive"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, note="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(note="")),
                name="stray_closed_with_words",
            ),
            workflow.one_of("reason", StrayReason, "stray_reason_known"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="stray_is_fixed",
                fields=[
                    "channel", "key", "order_number", "trade_number", "receipt", "amount_fen",
                    "reason", "moved_at", "message", "seen_at",
                ],
            ),
            pgtrigger.Protect(
                name="stray_closed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.closed_at IS NOT NULL"),
            ),
            workflow.kept("stray_stays"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{money.yuan(self.amount_fen)} {StrayReason(self.reason).label}"
