"""Whose table a header belongs to, and what its rows then mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from payments.gateways import alipay_bill, finance_statement, wechat_bill
from payments.reconcile.files import headers, refusals
from payments.reconcile.files.headers import Unit
from payments.reconcile.files.row import REQUIRED, Field, FileFormat, RowKind

PAY, BACK = RowKind.PAYMENT, RowKind.REFUND
Words = Mapping[str, RowKind]

COLLEGE_WORDS: Words = MappingProxyType({
    **dict.fromkeys((
        "缴费", "支付", "付款", "收款", "收入", "收费", "交易", "消费", "成功", "缴费成功",
        "支付成功", "交易成功", "付款成功", "收款成功", "已支付", "已缴费", "已缴", "已付款",
        "已到账", "到账", "已完成", "完成", "正常", "SUCCESS", "微信", "微信支付", "支付宝", "网银",
        "银联", "现金", "POS", "扫码支付", "在线支付",
    ), PAY),
    **dict.fromkeys((
        "退款", "退费", "已退款", "已退费", "退款成功", "退费成功", "支出", "REFUND",
    ), BACK),
})  # fmt: skip
WECHAT_WORDS: Words = MappingProxyType({"SUCCESS": PAY, "REFUND": BACK, "REVOKED": BACK})


@dataclass(frozen=True)
class Layout:
    """The columns of a table and the rules of whoever wrote it.

    ``columns`` are positions. ``sums`` are columns added up only for totals that the file states.
    ``day`` is where the day stands when the time has a column of its own. ``in_fen``: amounts are
    whole fen. ``checks_item``: a column tells the fee item. ``merchant``: the column that tells
    whose account it is.
    """

    format: FileFormat
    channel: str | None
    headers: tuple[str, ...]
    columns: Mapping[Field, int]
    kinds: tuple[int, ...] = ()
    words: Words = field(default_factory=dict)
    sums: tuple[int, ...] = ()
    day: int | None = None
    in_fen: bool = False
    merchant: int | None = None

    @property
    def checks_item(self) -> bool:
        return self.channel in (None, "finance") and Field.TITLE in self.columns


def detect(cells: Sequence[str], mapping: Mapping[str, Field] | None) -> Layout | None:
    """What a header row says, or None when it is none that is known.

    ``mapping`` is a clerk's answer about exactly this row. Raises ``FileRefused`` for another
    kind of bill and for units nobody pays in.
    """
    plain = [headers.plain(cell) for cell in cells]
    shown = headers.unique(cells)
    _refuse_other_bills(set(plain))
    if set(wechat_bill.NEEDED) <= set(plain):
        return _wechat(plain, shown)
    if {headers.plain(word) for word in alipay_bill.NEEDED} <= set(plain):
        return _alipay(plain, shown)
    if plain == [headers.plain(word) for word in finance_statement.COLUMNS]:
        return _college(FileFormat.FINANCE, cells, headers.recognise(cells), "finance")
    if mapping is not None:
        return _mapped(cells, mapping)
    found = headers.recognise(cells)
    if not all(one in found for one in REQUIRED):
        return None
    return _college(FileFormat.COLLEGE, cells, found, None)


def _refuse_other_bills(plain: set[str]) -> None:
    for telling, told, wanted in headers.OTHERS:
        if telling <= plain:
            raise refusals.wrong_bill(told, wanted)


def _college(
    format_: FileFormat, cells: Sequence[str], found: Mapping[Field, int], channel: str | None
) -> Layout:
    unit = headers.unit(cells[found[Field.AMOUNT]])
    if unit is Unit.STRANGE:
        raise refusals.strange_unit(cells[found[Field.AMOUNT]])
    return Layout(
        format=format_,
        channel=channel,
        headers=headers.unique(cells),
        columns=found,
        kinds=(found[Field.KIND],) if Field.KIND in found else headers.kind_columns(cells),
        words=COLLEGE_WORDS,
        day=headers.day_column(cells),
        in_fen=unit is Unit.FEN,
    )


def _mapped(cells: Sequence[str], mapping: Mapping[str, Field]) -> Layout | None:
    shown = headers.unique(cells)
    found = {one: shown.index(header) for header, one in mapping.items() if header in shown}
    if not all(one in found for one in REQUIRED):
        return None
    return _college(FileFormat.MAPPED, cells, found, None)


def _first(plain: Sequence[str], names: Sequence[str]) -> int | None:
    return next((plain.index(name) for name in names if name in plain), None)


def _places(plain: Sequence[str], wanted: Mapping[Field, Sequence[str]]) -> dict[Field, int]:
    places = {one: _first(plain, names) for one, names in wanted.items()}
    return {one: at for one, at in places.items() if at is not None}


def _wechat(plain: Sequence[str], shown: tuple[str, ...]) -> Layout:
    columns = _places(plain, {
        Field.ORDER_NUMBER: ("商户订单号",),
        Field.TRADE_NUMBER: ("微信订单号",),
        Field.AMOUNT: wechat_bill.PAID,
        Field.REFUND_AMOUNT: wechat_bill.REFUNDED,
        Field.MOVED_AT: ("交易时间",),
        Field.TITLE: ("商品名称",),
        Field.REFUND_NUMBER: ("商户退款单号",),
        Field.REFUND_TRADE_NUMBER: ("微信退款单号",),
    })  # fmt: skip
    # The bill of a day without trades names no amounts; a row in it would be refused.
    columns.setdefault(Field.AMOUNT, plain.index("交易状态"))
    checked = [_first(plain, names) for _, names in wechat_bill.CHECKED]
    return Layout(
        format=FileFormat.WECHAT,
        channel="wechat",
        headers=shown,
        columns=columns,
        kinds=(plain.index("交易状态"),),
        words=WECHAT_WORDS,
        sums=tuple(at for at in checked if at is not None),
        merchant=plain.index("商户号"),
    )


def _alipay(plain: Sequence[str], shown: tuple[str, ...]) -> Layout:
    received = plain.index(headers.plain("商家实收(元)"))
    columns = _places(plain, {
        Field.ORDER_NUMBER: ("商户订单号",),
        Field.TRADE_NUMBER: ("支付宝交易号",),
        Field.AMOUNT: (headers.plain("订单金额(元)"),),
        Field.MOVED_AT: ("完成时间",),
        Field.TITLE: ("商品名称",),
        Field.REFUND_NUMBER: (headers.plain(alipay_bill.REFUND_NUMBER),),
    })  # fmt: skip
    return Layout(
        format=FileFormat.ALIPAY,
        channel="alipay",
        headers=shown,
        columns=columns,
        kinds=(plain.index("业务类型"),),
        words={word: RowKind(kind) for word, kind in alipay_bill.KINDS.items()},
        sums=(received,),
    )
