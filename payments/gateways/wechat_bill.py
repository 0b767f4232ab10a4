"""WeChat Pay's 交易账单 (types ALL, SUCCESS and REFUND): UTF-8 text, amounts in yuan.

A header, one line per movement with a backtick before every value, then a header and one line of
sums. Columns are found by name: their order differs between the types and new ones appear. Old
merchants have 总金额 for 应结订单金额 and no 订单金额. A refund stands on the day it was asked for
and is never updated, so it says nothing about arrival.
"""

import json
from collections.abc import Sequence

from payments.gateways.bill import BillError, BillKind, BillRow, Line

SUMS = "总交易单数"
NEEDED = ("交易时间", "商户号", "微信订单号", "商户订单号", "交易状态")
PAID = ("订单金额", "应结订单金额", "总金额")
REFUNDED = ("申请退款金额", "退款金额")
# Sums whose rows are not in doubt: a refund's own line repeats its payment's 订单金额.
CHECKED = (
    ("申请退款总金额", ("申请退款金额",)),
    ("退款总金额", ("退款金额",)),
    ("应结订单总金额", ("应结订单金额",)),
)
# A day for which WeChat Pay says that there is no bill because there were no trades.
EMPTY = f"{','.join(NEEDED)}\n{SUMS}\n`0\n"


def parse(text: str, *, mchid: str = "") -> tuple[BillRow, ...]:
    """The movements of a bill, in its order; raises ``BillError``.

    A bill of another merchant than ``mchid`` is refused, and one whose sums disagree with its
    rows: a file cut at the end of a line would otherwise pass for a shorter day.
    """
    lines = [line.rstrip("\r") for line in text.removeprefix("\ufeff").split("\n")]
    header = lines[0].split(",")
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise BillError(f"line 1: no column {missing[0]}")
    end = next((at for at, line in enumerate(lines) if line.startswith(SUMS)), None)
    if end is None or end + 1 >= len(lines):
        raise BillError("no sums at the end")
    rows = [_line(place, header, line) for place, line in enumerate(lines[1:end], start=2)]
    _check_sums(rows, _line(end + 2, lines[end].split(","), lines[end + 1]))
    return tuple(_row(row, mchid) for row in rows)


def _line(place: int, header: Sequence[str], line: str) -> Line:
    cells = line.removeprefix("`").split(",`")
    if not line.startswith("`") or len(cells) != len(header):
        raise BillError(f"line {place}: {len(cells)} values for {len(header)} columns")
    return Line(place, dict(zip(header, (cell.strip() for cell in cells), strict=True)))


def _row(line: Line, mchid: str) -> BillRow:
    if mchid and line.text("商户号") != mchid:
        raise line.wrong("商户号", line.text("商户号"))
    state = line.text("交易状态")
    if state not in {"SUCCESS", "REFUND", "REVOKED"}:
        raise line.wrong("交易状态", state)
    paid = state == "SUCCESS"
    return BillRow(
        kind=BillKind.PAYMENT if paid else BillKind.REFUND,
        number=line.identifier("商户订单号"),
        trade_number=line.identifier("微信订单号"),
        amount_fen=line.fen(*(PAID if paid else REFUNDED)),
        moved_at=line.moment("交易时间"),
        raw=json.dumps(line.cells, ensure_ascii=False),
        refund_number="" if paid else line.text("商户退款单号"),
        refund_trade_number="" if paid else line.text("微信退款单号"),
    )


def _check_sums(rows: Sequence[Line], sums: Line) -> None:
    # Whether refunds count as 交易单数 is not written down anywhere.
    counts = {str(len(rows)), str(sum(row.text("交易状态") == "SUCCESS" for row in rows))}
    if sums.text(SUMS) not in counts:
        raise sums.wrong(SUMS, sums.text(SUMS))
    for name, columns in CHECKED:
        known = name in sums.cells and all(columns[0] in row.cells for row in rows)
        if known and sums.fen(name) != sum(row.fen(*columns) for row in rows):
            raise sums.wrong(name, sums.text(name))
