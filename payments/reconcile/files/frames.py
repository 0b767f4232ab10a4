"""What stands around the rows: totals, notes, repeated headers and the channels' own frames."""

import re
from collections.abc import Sequence

from payments.gateways import alipay_bill, wechat_bill
from payments.reconcile.files import cells, headers, refusals
from payments.reconcile.files.cells import Cell
from payments.reconcile.files.layouts import Layout
from payments.reconcile.files.row import Field, FileFormat, RowKind
from payments.reconcile.files.tally import Tally
from portal.lib import money

_LABEL = re.compile(
    r"(?:本页|本日|当日|本月)?(合计|总计|共计|小计|汇总|总额|总金额|总笔数)(?:[:(,].*)?"
)
_HINT = re.compile(r"[合总共小汇]")  # without one of these no cell is a label
_PART = re.compile(r"小计|本页")
_COUNT = re.compile(r"(\d{1,7})(?:笔|条|人次)", re.ASCII)
_SUM = re.compile(r"¥?(-?[\d,]+\.\d{1,2})元?", re.ASCII)
_SMALL = re.compile(r"\d{1,7}", re.ASCII)
_WORDING = re.compile(r"[^0-9]*|[^0-9:：]+[:：].*", re.DOTALL)  # 制表日期：2025-11-20
LONG = 8  # characters: a shorter order number beside 合计 is a count


class Frame:
    """Tells rows from what surrounds them; what a file states goes to the tally."""

    def __init__(self, layout: Layout, header: Sequence[str], tally: Tally) -> None:
        self._layout = layout
        self._header = list(header)
        self._tally = tally
        self._sums: list[str] | None = None  # WeChat's second header
        self.is_closed = False

    def takes(self, place: int, row: Sequence[Cell]) -> bool:
        """Whether this is no row of money. It is then read for what it states."""
        texts = [cells.text(cell) for cell in row]
        if not any(texts) or texts == self._header:
            return True
        if self._layout.format is FileFormat.WECHAT:
            return self._wechat(place, texts)
        if self._layout.format is FileFormat.ALIPAY:
            return self._alipay(place, texts)
        return self._total(place, row, texts) or self._is_note(texts)

    def _wechat(self, place: int, texts: list[str]) -> bool:
        if self._sums is not None and not self.is_closed:
            self._wechat_sums(place, dict(zip(self._sums, texts, strict=False)))
            self.is_closed = True
            return True
        if headers.plain(texts[0]) == wechat_bill.SUMS:
            self._sums = [headers.plain(one) for one in texts]
            return True
        return False

    def _wechat_sums(self, place: int, told: dict[str, str]) -> None:
        count = told[wechat_bill.SUMS]
        if not _SMALL.fullmatch(count):
            raise refusals.truncated(wechat_bill.SUMS)
        self._tally.state_count(place, wechat_bill.SUMS, int(count))
        plain = [headers.plain(one) for one in self._header]
        for name, columns in wechat_bill.CHECKED:
            fen = _signed(told.get(name, ""))
            if fen is not None and columns[0] in plain:
                at = plain.index(columns[0])
                self._tally.state_column(place, name, fen, at, tuple(RowKind))

    def _alipay(self, place: int, texts: list[str]) -> bool:
        if not texts[0].startswith("#"):
            return False
        mark = ",".join(one for one in texts if one).translate(alipay_bill.HALF_WIDTH)
        self.is_closed = self.is_closed or alipay_bill.END in mark
        for word, pattern in alipay_bill.TOTALS.items():
            if found := pattern.match(mark):
                kind = RowKind(alipay_bill.KINDS[word])
                self._tally.state_kind_count(place, f"{word}笔数", int(found[1]), kind)
                self._alipay_sum(place, word, found[2], kind)
        return True

    def _alipay_sum(self, place: int, word: str, told: str, kind: RowKind) -> None:
        fen = _signed(told)
        if fen is not None:
            column = self._layout.sums[0]
            self._tally.state_column(place, f"{word}合计", abs(fen), column, (kind,))

    def _total(self, place: int, row: Sequence[Cell], texts: list[str]) -> bool:
        if not _HINT.search("".join(texts)):
            return False
        at = next((at for at, one in enumerate(texts) if _LABEL.fullmatch(_squeezed(one))), None)
        order = texts[self._layout.columns[Field.ORDER_NUMBER]] if self._fits(texts) else ""
        if at is None or (cells.IDENTIFIER.fullmatch(order) and len(order) >= LONG):
            return False
        label = _squeezed(texts[at])
        count, fen = self._told_count(at, texts), self._told_sum(row, texts)
        if count is not None:
            self._tally.state_count(place, f"{label[:20]}笔数", count)
        if fen is not None:
            part = _PART.search(label) is not None
            self._tally.state_sum(place, label[:20], fen, part=part)
        self.is_closed = True
        return True

    def _fits(self, texts: list[str]) -> bool:
        return len(texts) > max(self._layout.columns.values())

    def _told_count(self, at: int, texts: list[str]) -> int | None:
        """``412 笔`` anywhere, or a plain number right behind the label."""
        for one in texts:
            if found := _COUNT.search(_squeezed(one)):
                return int(found[1])
        beside = at + 1
        if beside < len(texts) and beside != self._layout.columns[Field.AMOUNT]:
            return int(texts[beside]) if _SMALL.fullmatch(texts[beside]) else None
        return None

    def _told_sum(self, row: Sequence[Cell], texts: list[str]) -> int | None:
        """The amount column's cell, or else an amount within the words."""
        if self._fits(texts):
            cell = row[self._layout.columns[Field.AMOUNT]]
            told = f"{cell:.15g}" if isinstance(cell, float) else cells.text(cell)
            fen = _signed(told)
            if fen is not None:
                return fen // 100 if self._layout.in_fen else fen
        words = (_SUM.search(_squeezed(one)) for one in texts)
        return next((_signed(found[1]) for found in words if found), None)

    def _is_note(self, texts: list[str]) -> bool:
        """制表人, 备注 and the like: no amount, no number, only wording."""
        if self._fits(texts):
            amount = texts[self._layout.columns[Field.AMOUNT]]
            order = texts[self._layout.columns[Field.ORDER_NUMBER]]
            if amount or (order and cells.IDENTIFIER.fullmatch(order)):
                return False
        return all(_WORDING.fullmatch(one) for one in texts)


def _squeezed(value: str) -> str:
    return re.sub(r"\s+", "", cells.half(value))


def _signed(told: str) -> int | None:
    """Fen of a total, which may be zero or less; None for what is no amount."""
    plain = _squeezed(told)
    try:
        fen = money.to_fen(plain.removeprefix("-").removesuffix("元"))
    except ValueError:
        return None
    return -fen if plain.startswith("-") else fen
