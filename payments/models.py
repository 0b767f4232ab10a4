"""Money: what is owed, how it is being paid, what arrived, and where each fen went.

Facts (messages, receipts, allocations, surpluses) are append-only; PostgreSQL refuses to change
them. What is paid is derived from lines, lines follow receipts, and ``audit_money`` proves that
nothing is lost between them. Amounts are integer fen.
"""

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
    AllocationKind,
    ChargeState,
    LineState,
    MessageKind,
    OrderState,
    ReceiptKind,
    SurplusReason,
)
from portal.lib import money, workflow


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
    pay_url = models.CharField("支付地址", max_length=500, blank=True)
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
            models.Index(
                fields=("next_check_at",),
                condition=Q(next_check_at__isnull=False),
                name="order_to_check",
            ),
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
            pgtrigger.Protect(name="order_stays", operation=pgtrigger.Delete),
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
            )
        ]
        triggers = [
            *workflow.triggers("state", LINE_MOVES, LINE_STARTS),
            pgtrigger.ReadOnly(
                name="line_is_fixed", fields=["order", "charge", "position", "amount_fen"]
            ),
            pgtrigger.Protect(name="line_stays", operation=pgtrigger.Delete),
        ]


class GatewayMessage(models.Model):
    """What a gateway said, as received, stored and committed before anything is decided.

    The order number is text, not a foreign key: messages about unknown orders are kept too, and
    storing one must not wait for a lock on the order.
    """

    channel = models.CharField("渠道", max_length=16)
    kind = models.CharField("来源", max_length=12, choices=MessageKind.choices())
    order_number = models.CharField("订单号", max_length=64, blank=True, db_index=True)
    body = models.TextField("原文")
    refusal = models.CharField("拒收原因", max_length=200, blank=True)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = verbose_name_plural = "渠道消息"
        ordering = ("-id",)
        triggers = [workflow.append_only()]


class Receipt(models.Model):
    """Money that arrived, or went back. The same key with another amount is a conflict."""

    channel = models.CharField("渠道", max_length=16)
    kind = models.CharField("类别", max_length=8, choices=ReceiptKind.choices())
    trade_number = models.CharField("渠道交易号", max_length=64)
    order = models.ForeignKey(
        Order, models.PROTECT, null=True, blank=True, related_name="receipts", verbose_name="订单"
    )
    order_number = models.CharField("订单号", max_length=64)
    amount_fen = models.PositiveIntegerField("金额（分）")
    paid_at = models.DateTimeField("渠道到账时间")
    recorded_at = models.DateTimeField("入账时间")
    message = models.ForeignKey(
        GatewayMessage, models.PROTECT, null=True, blank=True, verbose_name="依据"
    )

    class Meta:
        verbose_name = verbose_name_plural = "收款记录"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("channel", "trade_number", "kind"), name="receipt_once_per_trade"
            ),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="receipt_is_positive"),
        ]
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return self.trade_number


class AdoptedNumber(models.Model):
    """The channel's own number of a receipt that was first told without one (``order:<no>``).

    The receipt stays as it is; whoever tells this number later tells of the same money.
    """

    receipt = models.OneToOneField(
        Receipt, models.PROTECT, related_name="adopted", verbose_name="收款"
    )
    channel = models.CharField("渠道", max_length=16)
    trade_number = models.CharField("渠道交易号", max_length=64)
    adopted_at = models.DateTimeField("补记时间")

    class Meta:
        verbose_name = verbose_name_plural = "补记的交易号"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(fields=("channel", "trade_number"), name="adopted_once")
        ]
        triggers = [workflow.append_only()]


class Allocation(models.Model):
    """A posting of a receipt to a charge (ALLOCATE), or out of it again (REVERSE)."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="allocations")
    charge = models.ForeignKey(Charge, models.PROTECT, related_name="allocations")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="allocations")
    kind = models.CharField("类别", max_length=8, choices=AllocationKind.choices())
    amount_fen = models.PositiveIntegerField("金额（分）")
    posted_at = models.DateTimeField("记账时间")

    class Meta:
        verbose_name = verbose_name_plural = "记账"
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="allocation_is_positive"),
            models.UniqueConstraint(fields=("line", "kind"), name="allocation_once_per_line"),
            workflow.one_of("kind", AllocationKind, "allocation_kind_known"),
        ]
        triggers = [workflow.append_only()]


class Surplus(models.Model):
    """Money that arrived and belongs to no charge: a case for finance, never dropped."""

    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="surpluses", verbose_name="收款"
    )
    charge = models.ForeignKey(
        Charge, models.PROTECT, null=True, blank=True, related_name="surpluses", verbose_name="费用"
    )
    reason = models.CharField("原因", max_length=16, choices=SurplusReason.choices())
    amount_fen = models.PositiveIntegerField("金额（分）")
    opened_at = models.DateTimeField("产生时间")

    class Meta:
        verbose_name = verbose_name_plural = "待处理余款"
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="surplus_is_positive"),
            workflow.one_of("reason", SurplusReason, "surplus_reason_known"),
        ]
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return f"{SurplusReason(self.reason).label} {money.yuan(self.amount_fen)}"


class Conflict(models.Model):
    """The same trade number told with another amount or order: for finance, changes nothing."""

    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="conflicts", verbose_name="原收款"
    )
    message = models.ForeignKey(
        GatewayMessage, models.PROTECT, null=True, blank=True, verbose_name="依据"
    )
    order_number = models.CharField("所称订单号", max_length=64)
    amount_fen = models.PositiveIntegerField("所称金额（分）")
    seen_at = models.DateTimeField("发现时间")

    class Meta:
        verbose_name = verbose_name_plural = "收款冲突"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("receipt", "order_number", "amount_fen"), name="conflict_once"
            )
        ]
        triggers = [workflow.append_only()]


class StatementDay(models.Model):
    """A channel's daily file that was fetched and settled."""

    channel = models.CharField("渠道", max_length=16)
    day = models.DateField("账单日")
    row_count = models.PositiveIntegerField("笔数")
    amount_fen = models.PositiveBigIntegerField("金额（分）")
    fetched_at = models.DateTimeField("取得时间")

    class Meta:
        verbose_name = verbose_name_plural = "渠道对账单"
        ordering = ("-day",)
        constraints = [
            models.UniqueConstraint(fields=("channel", "day"), name="statement_once_per_day")
        ]
        triggers = [workflow.append_only()]
