"""Header rows: the words colleges use for a column, and the fingerprint of a row of them."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from payments.reconcile.files.cells import half as half_width
from payments.reconcile.files.row import Field, FileFormat

_YUAN = re.compile(r"\((?:元|RMB|CNY|人民币|人民币元|单位元)\)|/元$")
_NOISE = re.compile(r"[\s*:]+")
_FEN = re.compile(r"\(分\)|\(单位分\)|/分$")
_STRANGE_UNIT = re.compile(r"万元|千元|美元|港元|USD|HKD")

# In order of trust: of two columns that could be meant, the word further left wins.
WORDS: Mapping[Field, tuple[str, ...]] = {
    Field.ORDER_NUMBER: (
        "商户订单号", "缴费订单号", "缴费单号", "支付订单号", "订单号", "订单编号", "商户单号",
        "缴费编号", "业务订单号",
    ),
    Field.AMOUNT: (
        "实缴金额", "实收金额", "缴费金额", "实付金额", "支付金额", "交易金额", "到账金额",
        "收款金额", "入账金额", "已缴金额", "金额", "订单金额", "实缴", "实收",
    ),
    Field.MOVED_AT: (
        "缴费时间", "支付时间", "交易时间", "付款时间", "到账时间", "完成时间", "入账时间",
        "缴费日期", "支付日期", "交易日期", "付款日期", "到账日期", "入账日期", "收款时间",
        "收款日期",
    ),
    Field.TRADE_NUMBER: (
        "交易流水号", "渠道交易号", "渠道流水号", "支付流水号", "交易号", "流水号", "平台流水号",
        "微信订单号", "微信支付订单号", "支付宝交易号", "银行流水号", "交易单号", "平台订单号",
    ),
    Field.PAYER_NAME: ("姓名", "学生姓名", "缴费人", "缴费人姓名", "付款人", "付款人姓名"),
    Field.PAYER_NUMBER: ("学号", "学生学号", "缴费人学号", "学工号", "人员编号"),
    Field.TITLE: (
        "缴费项目", "收费项目", "缴费项目名称", "收费项目名称", "项目名称", "费用项目", "商品名称",
        "收费名称",
    ),
    Field.REFUND_NUMBER: ("商户退款单号", "退款单号", "退款批次号/请求号", "退费单号"),
    Field.REFUND_TRADE_NUMBER: ("微信退款单号", "渠道退款号", "退款流水号"),
    Field.REFUND_AMOUNT: ("退款金额", "退费金额", "已退金额"),
}  # fmt: skip
KINDS = (
    "交易类型", "业务类型", "收支类型", "类型", "交易状态", "支付状态", "缴费状态", "订单状态",
    "状态", "到账状态",
)  # fmt: skip
DAYS = ("交易日期", "缴费日期", "支付日期", "付款日期", "到账日期", "入账日期", "收款日期", "日期")
_RANKS = {word: (field, rank) for field, words in WORDS.items() for rank, word in enumerate(words)}


class Unit(StrEnum):
    """What one of an amount column is."""

    YUAN = "yuan"
    FEN = "fen"
    STRANGE = "strange"


def plain(cell: str) -> str:
    """A header as it is compared: half width, without blanks, stars and the unit yuan."""
    half = half_width(cell).replace("`", "")
    return _YUAN.sub("", _NOISE.sub("", half))


def unit(header: str) -> Unit:
    """Of the column's amounts; yuan when nothing is said."""
    half = _NOISE.sub("", half_width(header))
    if _STRANGE_UNIT.search(half):
        return Unit.STRANGE
    return Unit.FEN if _FEN.search(half) else Unit.YUAN


def name(cell: str) -> str:
    """The column's name whatever its unit."""
    return _FEN.sub("", plain(cell))


def unique(cells: Sequence[str]) -> tuple[str, ...]:
    """Header cells as shown: numbered where one repeats (``金额 (2)``), named where empty."""
    seen: dict[str, int] = {}
    shown = []
    for at, cell in enumerate(cells, start=1):
        word = " ".join(cell.split()) or f"第 {at} 列"
        seen[word] = seen.get(word, 0) + 1
        shown.append(word if seen[word] == 1 else f"{word} ({seen[word]})")
    return tuple(shown)


def fingerprint(cells: Sequence[str]) -> str:
    """The same for the same columns in the same order."""
    return hashlib.sha256("\x1f".join(plain(cell) for cell in cells).encode()).hexdigest()[:32]


def recognise(cells: Sequence[str]) -> dict[Field, int]:
    """Which column is which, by the words above; a field two columns claim alike is left out."""
    best: dict[Field, tuple[int, list[int]]] = {}
    for at, cell in enumerate(cells):
        field, rank = _RANKS.get(name(cell), (None, 0))
        if field is None:
            continue
        known = best.get(field)
        if known is None or rank < known[0]:
            best[field] = (rank, [at])
        elif rank == known[0]:
            known[1].append(at)
    return {field: places[0] for field, (_, places) in best.items() if len(places) == 1}


def kind_columns(cells: Sequence[str]) -> tuple[int, ...]:
    """Columns that say payment or refund, done or failed."""
    return tuple(at for at, cell in enumerate(cells) if plain(cell) in KINDS)


def day_column(cells: Sequence[str]) -> int | None:
    """The column of days, where a table has the time of day in another."""
    found = [at for at, cell in enumerate(cells) if plain(cell) in DAYS]
    return found[0] if len(found) == 1 else None


# The tell-tale columns of tables that look like bills and are none.
OTHERS = (
    ({"记账时间", "资金流水单号"}, "微信支付的资金账单", FileFormat.WECHAT.label),
    ({"账务流水号", "业务流水号"}, "支付宝的账务明细", FileFormat.ALIPAY.label),
)
