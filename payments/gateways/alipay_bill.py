"""Alipay's 业务明细 (bill type trade): a zip of CSV files in GBK with GBK names, amounts in yuan.

Lines that begin with # frame the table: title, account, days, ``业务明细列表``, the table with
its header, ``业务明细列表结束``, sums. Identifiers end with a TAB against Excel. Brackets and
colons come full and half width. The file of sums (汇总) in the same zip is not read.
"""

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Sequence

from payments.gateways.bill import BillError, BillKind, BillRow, Line

NEEDED = ("支付宝交易号", "商户订单号", "业务类型", "完成时间", "订单金额(元)", "商家实收(元)")
REFUND_NUMBER = "退款批次号/请求号"
KINDS = {"交易": BillKind.PAYMENT, "退款": BillKind.REFUND}
END = "业务明细列表结束"
ACCOUNT = re.compile(r"#账号:\[(\d+)\]")
TOTALS = {
    "交易": re.compile(r"#交易合计:(\d+)笔,商家实收共(-?[\d.,]+?)元"),
    "退款": re.compile(r"#退款合计:(\d+)笔,商家实收退款共(-?[\d.,]+?)元"),
}
HALF_WIDTH = str.maketrans("（），：［］", "(),:[]")
EMPTY = (  # a day without trades, of which Alipay makes no file
    "#支付宝业务明细查询\n#-----------------业务明细列表-----------------\n"
    "支付宝交易号,商户订单号,业务类型,完成时间,订单金额（元）,商家实收（元）\n"
    "#-----------------业务明细列表结束-----------------\n"
    "#交易合计：0笔，商家实收共0.00元\n#退款合计：0笔，商家实收退款共0.00元\n"
)
LARGEST = 256 * 1024 * 1024  # bytes unpacked: more is no day of a college


def unpack(body: bytes) -> str:
    """The text of the detail file in a downloaded zip; raises ``BillError``."""
    try:
        # Names are GBK without the flag that would say so.
        with zipfile.ZipFile(io.BytesIO(body), metadata_encoding="gbk") as packed:
            details = [one for one in packed.infolist() if is_detail(one.filename)]
            if len(details) != 1 or details[0].file_size > LARGEST:
                raise BillError(f"{len(details)} detail files in the zip")
            return decode(packed.read(details[0]))
    except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, NotImplementedError) as error:
        raise BillError("not a zip") from error


def is_detail(name: str) -> bool:
    """Whether a file of the zip holds rows, not sums."""
    return name.endswith(".csv") and "汇总" not in name


def decode(body: bytes) -> str:
    """GBK, of which GB18030 is the larger set; raises ``BillError``."""
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError as error:
        raise BillError("not GBK") from error


def parse(text: str, *, seller_id: str = "") -> tuple[BillRow, ...]:
    """The movements of a detail file, in its order; raises ``BillError``.

    Refused are a file of another account (its number begins with the seller's), a file without
    its end, and sums that disagree with the rows.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    marks = [line.strip().translate(HALF_WIDTH) for line in lines if line.startswith("#")]
    _check_account(marks, seller_id)
    if not any(END in mark for mark in marks):
        raise BillError(f"no {END}")
    rows = _table(lines)
    _check_sums(rows, marks)
    return tuple(_row(row) for row in rows)


def _table(lines: Sequence[str]) -> list[Line]:
    places = [at for at, line in enumerate(lines, start=1) if line and not line.startswith("#")]
    cells = list(csv.reader(lines[at - 1] for at in places))
    if not cells:
        raise BillError("no header")
    header = [name.strip().translate(HALF_WIDTH) for name in cells[0]]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise BillError(f"line {places[0]}: no column {missing[0]}")
    return [_line(place, header, row) for place, row in zip(places[1:], cells[1:], strict=True)]


def _line(place: int, header: Sequence[str], row: Sequence[str]) -> Line:
    if len(row) != len(header):
        raise BillError(f"line {place}: {len(row)} values for {len(header)} columns")
    return Line(place, dict(zip(header, (cell.strip() for cell in row), strict=True)))


def _row(line: Line) -> BillRow:
    kind = KINDS.get(line.text("业务类型"))
    if kind is None:
        raise line.wrong("业务类型", line.text("业务类型"))
    return BillRow(
        kind=kind,
        number=line.identifier("商户订单号"),
        trade_number=line.identifier("支付宝交易号"),
        amount_fen=line.fen("订单金额(元)"),
        moved_at=line.moment("完成时间"),
        raw=json.dumps(line.cells, ensure_ascii=False),
        refund_number=line.text(REFUND_NUMBER) if kind is BillKind.REFUND else "",
    )


def _check_account(marks: Sequence[str], seller_id: str) -> None:
    accounts = [found[1] for mark in marks if (found := ACCOUNT.match(mark))]
    if seller_id and not any(account.startswith(seller_id) for account in accounts):
        raise BillError(f"account {accounts}")


def _check_sums(rows: Sequence[Line], marks: Sequence[str]) -> None:
    for kind, pattern in TOTALS.items():
        found = next((match for mark in marks if (match := pattern.match(mark))), None)
        own = [row for row in rows if row.text("业务类型") == kind]
        if found is None and own:
            raise BillError(f"no sum of {kind}")
        if found is not None and int(found[1]) != len(own):
            raise BillError(f"{found[1]} × {kind} announced, {len(own)} there")
        if found is not None:
            told = Line(0, {kind: found[2]}).fen(kind)
            if told != sum(row.fen("商家实收(元)") for row in own):
                raise BillError(f"sum of {kind} is not {found[2]}")
