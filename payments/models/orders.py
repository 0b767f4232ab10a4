"""What is owed, and the orders that hold it while it is being paid."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.states import (
    CHARGE_MOVES,
    CHARGE_STARTS,
    HOLDING,
    LINE_MOVES,
    LINE_STARTS,
    ORDER_MOVES,
    ORDER_STARTS,
    ChargeState,
    LineState,
    OrderState,
)
from portal.lib import workflow


class Charge(models.Model):
    """What somebody owes, for a purpose and a reference of the workflow that raised it.

    ``group`` is an opaque word of that workflow (``retake:round:7``) to filter and count by.
    """

    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="缴费人")
    purpose = models.CharField("用途", max_length=32)
    reference = models.CharField("业务编号", max_length=64)
    group = models.CharField("批次", max_length=64, db_index=True)
    title = models.CharField("名称", max_length=100)
    amount_fen = models.PositiveIntegerField("金额（分）")
    state = models.CharField(
        "状态", max_length=8, choices=ChargeState.choices(), default=ChargeState.OWED
    )
    created_at = models.DateTimeField("产生时间")

    class Meta:
        verbose_name = verbose_name_plural = "应缴费用"
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=("purpose", "reference"), name="charge_one_per_ref"),
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0) | ~Q(state=ChargeState.OWED),
                name="charge_owed_is_positive",
            ),
            workflow.one_of("state", ChargeState, "charge_state_known"),
        ]
        triggers = [
            *workflow.triggers("state", CHARGE_MOVES, CHARGE_STARTS),
            pgtrigger.Trigger(
                name="amount_is_fixed_by_a_hold",
                operation=pgtrigger.UpdateOf("amount_fen"),  # type: ignore[no-untyped-call]
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.amount_fen IS DISTINCT FROM OLD.amount_fen"),
                func="""
                    IF EXISTS (SELECT 1 FROM payments_orderline
                               WHERE charge_id = NEW.id AND state IN ('held', 'paid')) THEN
                        RAISE EXCEPTION 'charge % is held or paid: its amount is fixed', NEW.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Order(models.Model):
    """One payment at one gateway; its number is never used again.

    The order row exists before the gateway hears of it. ``claimed_at``: the payer said 我已付款.
    ``next_check_at`` is the lease of the sync jobs: whoever moves it forward asks the gateway.
    """

    number = models.CharField("订单号", max_length=32, unique=True)
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="缴费人")
    channel = models.CharField("渠道", max_length=16)
    amount_fen = models.PositiveIntegerField("金额（分）")
    state = models.CharField(
        "状态", max_length=8, choices=OrderState.choices(), default=OrderState.OPEN
    )
    opened_at = models.DateTimeField("下单时间")
    expires_at = models.DateTimeField("支付截止")
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)
    paid_at = models.DateTimeField("到账时间", null=True, blank=True)
    claimed_at = models.DateTimeField("声明已付款", null=True, blank=True)
    # Not a URLField: channels have addresses of their own (weixin://…).
    pay_url = models.CharField("支付地址", max_length=2000, blank=True)  # Alipay's are signed whole
    checked_at = models.DateTimeField("最近查询", null=True, blank=True)
    check_count = models.PositiveSmallIntegerField("查询次数", default=0)
    next_check_at = models.DateTimeField("下次查询", null=True, blank=True)
    superseded = models.BooleanField("已被另一笔到账取代", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "订单"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="order_is_positive"),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("opened_at")), name="order_expires_after_opening"
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.PAID) | Q(paid_at__isnull=False),
                name="order_paid_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state=OrderState.CLOSED) | Q(closed_at__isnull=False),
                name="order_closed_has_time",
            ),
            workflow.one_of("state", OrderState, "order_state_known"),
        ]
        indexes = [
            models.Index(fields=("payer", "-id"), name="order_of_payer"),
            workflow.where_set("next_check_at", "order_to_check", "next_check_at", "id"),
            models.Index(
                fields=("opened_at",), condition=Q(state=OrderState.OPEN), name="order_open_since"
            ),
        ]
        triggers = [
            *workflow.triggers("state", ORDER_MOVES, ORDER_STARTS),
            pgtrigger.ReadOnly(
                name="order_is_fixed",
                fields=["number", "payer", "channel", "amount_fen", "opened_at"],
            ),
            workflow.kept("order_stays"),
        ]

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """An order's hold on one charge. At most one HELD or PAID line per charge, says the index."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="lines", verbose_name="订单")
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="lines", verbose_name="费用")
    position = models.PositiveSmallIntegerField("序号")
    amount_fen = models.PositiveIntegerField("金额（分）")
    state = models.CharField(
        "状态", max_length=8, choices=LineState.choices(), default=LineState.HELD
    )
    released_at = models.DateTimeField("释放时间", null=True, blank=True)
    payable_again_at = models.DateTimeField("可重新缴费时间", null=True, blank=True)
    announced_at = models.DateTimeField("通知可重新缴费", null=True, blank=True)
    paid_at = models.DateTimeField("到账时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "订单明细"
        ordering = ("order_id", "position")
        constraints = [
            # 存在支付中或已交付的数据 (retake manual, part three)
            models.UniqueConstraint(
                fields=("charge",), condition=Q(state__in=HOLDING), name="line_one_hold_per_charge"
            ),
            models.UniqueConstraint(fields=("order", "position"), name="line_one_per_position"),
            models.UniqueConstraint(
                fields=("order", "charge"), name="line_one_per_charge_in_order"
            ),
            # At most three courses an order (retake manual, part three).
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=3), name="line_at_most_three"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="line_is_positive"),
            models.CheckConstraint(
                condition=~Q(state=LineState.RELEASED)
                | Q(released_at__isnull=False, payable_again_at__isnull=False),
                name="line_released_has_times",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(LineState.PAID, LineState.REFUNDED))
                | Q(paid_at__isnull=False),
                name="line_paid_has_time",
            ),
            workflow.one_of("state", LineState, "line_state_known"),
        ]
        indexes = [
            models.Index(
                fields=("order",), condition=Q(state=LineState.HELD), name="line_held_by_order"
            ),
            models.Index(
                fields=("payable_again_at",),
                condition=Q(state=LineState.RELEASED, announced_at__isnull=True),
                name="line_to_announce",
            ),
        ]
        triggers = [
            *workflow.triggers("state", LINE_MOVES, LINE_STARTS),
            pgtrigger.ReadOnly(
                name="line_is_fixed", fields=["order", "charge", "position", "amount_fen"]
            ),
            workflow.kept("line_stays"),
        ]

    def __str__(self) -> str:
        return f"第 {self.position} 门，{LineState(self.state).label}"
