"""财政票据: numbers and links that finance's own system issued, imported all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from payments import origins
from payments.models import FiscalReceipt, Receipt
from payments.phantoms import taken_back
from payments.states import ReceiptKind
from portal.accounts.models import User
from portal.lib import money
from portal.lib.errors import DomainError
from portal.lib.sheets import read_sheet, write_sheet
from portal.lib.tables.faults import Fault
from portal.lib.tables.words import Text

ORDER, TRADE, AMOUNT, NUMBER, LINK = HEADERS = (
    "订单号", "交易号", "金额", "票据号码", "票据链接"
)  # fmt: skip
NEEDED = (ORDER, AMOUNT, NUMBER)
MANY = 20_000  # rows of one file

Row = Mapping[str, str]


@dataclass(frozen=True)
class Known:
    """What is stored about the rows of a file."""

    receipts: Mapping[str, Sequence[Receipt]]  # by order number
    by_receipt: Mapping[int, str]  # receipt id -> fiscal number
    taken: Mapping[str, int]  # fiscal number -> receipt id


@dataclass(frozen=True)
class Imported:
    """``stored`` and ``unchanged`` count rows; with any fault nothing was stored."""

    stored: int
    unchanged: int
    faults: tuple[Fault, ...]


@transaction.atomic
def import_file(*, clerk: User, data: bytes, now: datetime) -> Imported:
    """Take over a file. The same file again changes nothing; another number for a receipt that
    has one is a fault. Raises ``DomainError`` (``sheet.…``) for a file that cannot be read.
    """
    rows = _rows(data)
    known = _known([row for _, row in rows])
    fresh: dict[int, FiscalReceipt] = {}
    faults: list[Fault] = []
    numbers: set[str] = set()
    unchanged = 0
    for line, row in rows:
        found = _read(line, row, known, numbers)
        if isinstance(found, Fault):
            faults.append(found)
        elif known.by_receipt.get(found.pk) == row[NUMBER]:
            unchanged += 1
        elif found.pk in fresh:
            faults.append(Fault(line, ORDER, row[ORDER], "同一笔收款在文件里有两个票据号码。"))
        else:
            fresh[found.pk] = FiscalReceipt(
                receipt=found, number=row[NUMBER], link=row[LINK], imported_by=clerk,
                imported_at=now,
            )  # fmt: skip
            numbers.add(row[NUMBER])
    if faults:
        return Imported(0, 0, tuple(faults))
    FiscalReceipt.objects.bulk_create(fresh.values())
    return Imported(len(fresh), unchanged, ())


def template() -> bytes:
    """An empty sheet with the headers."""
    return write_sheet(HEADERS, [])


def _rows(data: bytes) -> list[tuple[int, Row]]:
    """Numbered rows under the known headers; raises for missing ones."""
    sheet = read_sheet(data)
    headers = sheet[0] if sheet else []
    missing = [name for name in NEEDED if name not in headers]
    if missing:
        raise DomainError(
            "sheet.headers", f"缺少这些列：{'、'.join(missing)}。", advice="用模板填。", status=400
        )
    if len(sheet) > MANY:
        raise DomainError(
            "sheet.too_long", f"文件超过 {MANY:,} 行。", advice="分成几个文件。", status=400
        )
    blank = dict.fromkeys(HEADERS, "")
    numbered = enumerate(sheet[1:], 2)
    return [
        (line, blank | dict(zip(headers, cells, strict=False)))
        for line, cells in numbered
        if any(cells)
    ]


def _known(rows: Sequence[Row]) -> Known:
    orders = {row[ORDER] for row in rows}
    found = Receipt.objects.filter(~taken_back(), order_number__in=orders, kind=ReceiptKind.PAYMENT)
    receipts: dict[str, list[Receipt]] = {}
    for receipt in found.select_related("adopted").order_by("pk"):
        receipts.setdefault(receipt.order_number, []).append(receipt)
    issued = FiscalReceipt.objects.values_list("receipt_id", "number")
    mine = dict(issued.filter(receipt__order_number__in=orders))
    same = dict(issued.filter(number__in={row[NUMBER] for row in rows}))
    return Known(receipts, mine, {number: pk for pk, number in same.items()})


def _read(line: int, row: Row, known: Known, numbers: set[str]) -> Receipt | Fault:
    """The receipt a row is about, or what is wrong with the row."""
    for header in (ORDER, TRADE, NUMBER):
        try:
            Text().clean(row[header])
        except ValueError as error:
            return Fault(line, header, row[header], str(error))
    try:
        fen = money.to_fen(row[AMOUNT])
    except ValueError:
        return Fault(line, AMOUNT, row[AMOUNT], "应是金额，如 400.00。")
    if not 0 < len(row[NUMBER]) <= 40:
        return Fault(line, NUMBER, row[NUMBER], "票据号码要填，不超过 40 个字符。")
    return _link_fault(line, row) or _find(line, row, fen, known, numbers)


def _link_fault(line: int, row: Row) -> Fault | None:
    if not row[LINK]:
        return None
    try:
        URLValidator(schemes=["http", "https"])(row[LINK])
    except ValidationError:
        return Fault(line, LINK, row[LINK], "应是 http 或 https 开头的链接。")
    return None if len(row[LINK]) <= 300 else Fault(line, LINK, row[LINK][:40], "链接太长。")


def _find(line: int, row: Row, fen: int, known: Known, numbers: set[str]) -> Receipt | Fault:
    own = known.receipts.get(row[ORDER], ())
    if not own:
        return Fault(line, ORDER, row[ORDER], "这个订单没有收款。")
    same = [one for one in own if one.amount_fen == fen]
    if row[TRADE]:
        same = [one for one in same if origins.trade_number(one) == row[TRADE]]
    if not same:
        return Fault(line, AMOUNT, row[AMOUNT], "金额或交易号与收款记录不同。")
    if len(same) > 1:
        return Fault(line, TRADE, row[TRADE], "这个订单有几笔同样的收款，请填交易号。")
    taken = _taken(row[NUMBER], same[0].pk, known, numbers)
    return Fault(line, NUMBER, row[NUMBER], taken) if taken else same[0]


def _taken(number: str, receipt_id: int, known: Known, numbers: set[str]) -> str:
    """Why this number cannot belong to this receipt, empty when it can."""
    issued = known.by_receipt.get(receipt_id, number)
    if number in numbers:
        return "这个票据号码在文件里出现了两次。"
    if issued != number:
        return f"这笔收款已有票据 {issued}。"
    if known.taken.get(number, receipt_id) != receipt_id:
        return "这个票据号码已用于另一笔收款。"
    return ""
