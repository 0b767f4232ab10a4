"""Refusals of a refund after which asking again under its number would change nothing.

A refusal of the first try proves that nothing was taken on. One of a later try does not: the
first may have been, with its answer lost, and this one may only mean "busy". Then the code must
stand here, beside the channel's own word that it does not know the number.
"""

FINAL = {
    "finance": frozenset({"unknown_order", "not_paid", "trade_differs", "too_much"}),
    "wechat": frozenset(
        {"RESOURCE_NOT_EXISTS", "USER_ACCOUNT_ABNORMAL", "NOT_ENOUGH", "PARAM_ERROR"}
    ),
    "alipay": frozenset(
        {
            "ACQ.TRADE_NOT_EXIST",
            "ACQ.TRADE_HAS_FINISHED",
            "ACQ.TRADE_STATUS_ERROR",
            "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
            "ACQ.REASON_TRADE_REFUND_FEE_ERR",
            "ACQ.SELLER_BALANCE_NOT_ENOUGH",
        }
    ),
}


def is_final(channel: str, code: str) -> bool:
    """The refund was not taken on and will not be, whenever it is asked for again."""
    return code in FINAL.get(channel, ())
