"""Where a surplus came from: the payment at a real channel, through any number of transfers."""

from django.conf import settings

from payments.gateways.registry import gateway
from payments.models import Receipt, Resolution, StrayRefund, Surplus
from payments.states import OwnChannel, ReceiptKind
from portal.lib.errors import DomainError
from portal.lib.money import yuan

UNNAMED = "order:"  # how a payment is kept that was told without its trade number


def refund_number(surplus: Surplus) -> str:
    """Our number for sending this surplus back, the same for ever and in every way."""
    return f"{settings.ORDER_NUMBER_PREFIX}TK{surplus.pk:010d}"


def of(surplus: Surplus) -> Receipt:
    """The receipt of the money itself; that of a transfer leads back to the surplus it moved."""
    receipt = surplus.receipt
    while receipt.channel == OwnChannel.TRANSFER:
        moved = Resolution.objects.select_related("surplus__receipt__order").get(
            refund_number=receipt.trade_number, arrived_at__isnull=False
        )
        receipt = moved.surplus.receipt
    return receipt


def trade_number(receipt: Receipt) -> str:
    """The channel's own number of a payment, empty while it is not known."""
    adopted = getattr(receipt, "adopted", None)
    if adopted is not None and not is_other_money(receipt):
        number: str = adopted.trade_number
        return number
    return "" if receipt.trade_number.startswith(UNNAMED) else receipt.trade_number


def is_other_money(receipt: Receipt) -> bool:
    """The number it adopted was found to be another payment, which has a receipt of its own."""
    rows = Receipt.objects.filter(channel=receipt.channel, kind=ReceiptKind.PAYMENT)
    return rows.filter(trade_number=receipt.adopted.trade_number).exists()


def refuse_without_gateway(surplus: Surplus) -> None:
    """Raise ``case.no_gateway`` unless the channel of this money can send it back."""
    receipt = of(surplus)
    can = receipt.channel in settings.GATEWAYS and gateway(receipt.channel).can_refund
    if can and trade_number(receipt):
        return
    why = "还没有渠道的交易号" if can else "渠道不能原路退回"
    raise DomainError("case.no_gateway", f"没有申请：这笔钱{why}。", advice="改为线下退回。")


def refuse_sent_back(surplus: Surplus) -> None:
    """Raise ``case.stray`` while the channel says that it sent this payment back by itself and
    nobody has looked into that: the same money must neither go back twice nor pay a course.
    """
    stray = StrayRefund.objects.filter(receipt=of(surplus), closed_at=None).order_by("pk").first()
    if stray is not None:
        raise DomainError(
            "case.stray",
            f"没有办理：渠道说已自行退回这笔付款的 {yuan(stray.amount_fen)}"
            f"（退款单号 {stray.key}），还没有核对。",
            advice="先核对「渠道自行退款」；确实退了的，改为线下退回，凭证填渠道退款单号。",
        )
