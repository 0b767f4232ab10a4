"""Money that arrived or went back, what was said of it, and where each fen went. Append-only."""

from django.db import models
from django.db.models import Q

from payments.models.orders import Charge, Order, OrderLine
from payments.states import AllocationKind, MessageKind, ReceiptKind, SurplusReason
from portal.lib import money, workflow

# A payer may claim for three years (民法典 art. 188); until then what was said is evidence.
MESSAGE_DAYS = 1096


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
        triggers = workflow.kept_for(MESSAGE_DAYS, "received_at", "kept_three_years")

    def __str__(self) -> str:
        return f"{MessageKind(self.kind).label} {self.order_number}".strip()


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
        is_named = not self.trade_number.startswith("order:")
        return self.trade_number if is_named else f"订单 {self.order_number}，还没有交易号"


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

    def __str__(self) -> str:
        return self.trade_number


class Allocation(models.Model):
    """A posting of a receipt to a charge (ALLOCATE), or out of it again (REVERSE)."""

    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="allocations", verbose_name="收款"
    )
    charge = models.ForeignKey(
        Charge, models.PROTECT, related_name="allocations", verbose_name="费用"
    )
    line = models.ForeignKey(
        OrderLine, models.PROTECT, related_name="allocations", verbose_name="订单明细"
    )
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

    def __str__(self) -> str:
        return f"{AllocationKind(self.kind).label} {money.yuan(self.amount_fen)}"


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
    """Money told differently than before: for finance, changes nothing.

    ``trade_number`` and ``paid_at`` as the later word has them; empty where it had none.
    ``is_signed``: the channel's own word about money that was taken back. People look at it even
    if they have looked at the same from a file before.
    """

    receipt = models.ForeignKey(
        Receipt, models.PROTECT, related_name="conflicts", verbose_name="原收款"
    )
    message = models.ForeignKey(
        GatewayMessage, models.PROTECT, null=True, blank=True, verbose_name="依据"
    )
    order_number = models.CharField("所称订单号", max_length=64)
    amount_fen = models.PositiveIntegerField("所称金额（分）")
    trade_number = models.CharField("所称交易号", max_length=64, blank=True, default="")
    paid_at = models.DateTimeField("所称付款时间", null=True, blank=True)
    seen_at = models.DateTimeField("发现时间")
    is_signed = models.BooleanField("更正后渠道又告知", default=False, db_default=False)

    class Meta:
        verbose_name = verbose_name_plural = "收款冲突"
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("receipt", "order_number", "amount_fen", "trade_number", "is_signed"),
                name="conflict_once",
            )
        ]
        triggers = [workflow.append_only()]

    def __str__(self) -> str:
        return f"{self.order_number} {money.yuan(self.amount_fen)}"


class Reconciled(models.Model):
    """A receipt that a statement row of a sealed day confirmed: its 对账 step is done.

    Written by whoever seals the day; ``payments`` only reads it.
    """

    receipt = models.OneToOneField(
        Receipt, models.PROTECT, related_name="reconciled", verbose_name="收款"
    )
    day = models.DateField("日结日")
    sealed_at = models.DateTimeField("日结时间")

    class Meta:
        verbose_name = verbose_name_plural = "已对账"
        ordering = ("-id",)
        triggers = [workflow.append_only()]
