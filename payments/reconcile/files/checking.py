"""One row, looked at cell by cell: a ``FileRow``, or a ``Fault`` with all that is wrong."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from payments.reconcile.files import cells
from payments.reconcile.files.cells import Cell, Doubt
from payments.reconcile.files.layouts import Layout
from payments.reconcile.files.row import Fault, Field, FileRow, Problem, RowKind
from payments.reconcile.files.rules import Rules

T = TypeVar("T")


def check(place: int, row: Sequence[Cell], layout: Layout, rules: Rules) -> FileRow | Fault:
    """What a row certainly says."""
    return _Check(place, row, layout, rules).result()


def misfit(place: int, row: Sequence[Cell], layout: Layout) -> Fault:
    """A row of a text file with more or fewer cells than its header: columns may have moved."""
    wide, wanted = len(row), len(layout.headers)
    why = f"这一行有 {wide} 列，表头有 {wanted} 列，分不清哪一列是金额。"
    problem = Problem("columns", "", "", why, "对照原平台补齐或删去多余的分隔符，或重新导出。")
    return Fault(place, (problem,), tuple(map(cells.text, row)))


class _Check:
    def __init__(self, place: int, row: Sequence[Cell], layout: Layout, rules: Rules) -> None:
        self._place = place
        self._row = row
        self._texts = tuple(map(cells.text, row))
        self._layout = layout
        self._rules = rules
        self._problems: list[Problem] = []

    def result(self) -> FileRow | Fault:
        kind = self._kind()
        order = self._certain(Field.ORDER_NUMBER, self._order_number) or ""
        fen = self._amount(kind)
        moved_at, on_day = self._certain(Field.MOVED_AT, self._moment) or (None, False)
        self._check_item()
        trade, ours, theirs = (
            self._certain(one, self._number) or ""
            for one in (Field.TRADE_NUMBER, Field.REFUND_NUMBER, Field.REFUND_TRADE_NUMBER)
        )
        if self._problems or fen is None:
            return Fault(self._place, tuple(self._problems), self._texts, order, fen)
        back = kind is RowKind.REFUND
        return FileRow(
            place=self._place,
            kind=kind,
            order_number=order,
            amount_fen=fen,
            moved_at=moved_at,
            raw=self._texts,
            trade_number=trade,
            refund_number=ours if back else "",
            refund_trade_number=theirs if back else "",
            payer_name=self._text(Field.PAYER_NAME),
            payer_number=self._text(Field.PAYER_NUMBER),
            title=self._text(Field.TITLE),
            moved_on_day=on_day,
        )

    def _text(self, field: Field) -> str:
        at = self._layout.columns.get(field)
        return "" if at is None else self._texts[at]

    def _certain(self, field: Field, read: Callable[[str], T]) -> T | None:
        """What ``read`` makes of the cell; None, and a problem noted, when it doubts."""
        at = self._layout.columns.get(field)
        return None if at is None else self._read(at, read)

    def _read(self, at: int, read: Callable[[str], T]) -> T | None:
        try:
            return read(self._texts[at])
        except Doubt as doubt:
            header, value = self._layout.headers[at], self._texts[at]
            self._problems.append(Problem(doubt.code, header, value, doubt.why, doubt.remedy))
            return None

    def _order_number(self, value: str) -> str:
        if not value:
            raise Doubt(
                "no_number",
                "没有订单号。",
                "按原始流水补上订单号；如果是合并单元格，请取消合并后逐行填写。",
            )
        return cells.identifier(value, self._rules.order_prefix)

    def _number(self, value: str) -> str:
        return cells.identifier(value) if value else ""

    def _moment(self, value: str) -> tuple[datetime | None, bool]:
        if not value:
            return None, False
        day = self._layout.day
        if day is not None and cells.is_time_of_day(value):
            value = f"{self._texts[day]} {value}"
        return cells.moment(value, self._rules.today)

    def _kind(self) -> RowKind:
        told = [self._read(at, self._kind_of) for at in self._layout.kinds]
        if RowKind.REFUND in told:
            return RowKind.REFUND
        return RowKind.PAYMENT

    def _kind_of(self, value: str) -> RowKind:
        plain = cells.half(value).strip()
        known = self._layout.words.get(plain) or self._layout.words.get(plain.upper())
        if known is None and (plain or self._layout.format.is_bill):
            raise Doubt(
                "state",
                f"“{value}”看不出是不是已经到账。" if value else "没有写是缴费还是退款。",
                "确认已到账后改成“成功”，退款改成“退款”；没有到账的行请删去。",
            )
        return known or RowKind.PAYMENT

    def _amount(self, kind: RowKind) -> int | None:
        columns = self._layout.columns
        at, other = columns[Field.AMOUNT], columns.get(Field.REFUND_AMOUNT)
        back = kind is RowKind.REFUND
        if back and other is not None and (self._layout.format.is_bill or self._texts[other]):
            at = other
        elif other is not None and not self._layout.format.is_bill:
            self._read(other, self._no_refund)
        return self._read(at, lambda _: self._fen(at, back=back))

    def _fen(self, at: int, *, back: bool) -> int:
        return cells.amount(self._row[at], in_fen=self._layout.in_fen, signless=back)

    def _no_refund(self, value: str) -> None:
        if value.strip("0.-¥￥"):
            raise Doubt(
                "both_ways",
                "这一行同时有缴费和退款。",
                "拆成两行：缴费一行，退款一行，用“交易类型”一列写明。",
            )

    def _check_item(self) -> None:
        if self._layout.checks_item:
            self._certain(Field.TITLE, self._item)

    def _item(self, value: str) -> None:
        if not self._rules.is_ours(value):
            raise Doubt(
                "other_item",
                f"缴费项目是“{value}”，不属于{'、'.join(self._rules.fee_items)}。",
                "不用处理；如果项目名称写错了，请改正后重新上传。",
            )
