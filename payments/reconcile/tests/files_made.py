"""Files as finance offices and channels send them, built for the tests."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from payments.gateways import finance_statement
from payments.gateways.finance_statement import StatementEntry
from payments.gateways.testing import alipay_bills, wechat_bills
from payments.reconcile.files.read import read
from payments.reconcile.files.reading import Reading
from payments.reconcile.files.row import Fault, Field, FileRow, Summary
from payments.reconcile.tests import binary_excel, old_excel

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = date(2025, 11, 20)
DAY = date(2025, 11, 3)

HEADER = ("序号", "缴费单号", "学号", "姓名", "缴费项目", "实缴金额", "缴费时间", "缴费方式")
Row = Sequence[str | float]
Result = tuple[list[FileRow | Fault], Summary]


def order(at: int) -> str:
    """The n-th order's number."""
    return f"ZZJF20251103120000{at:06d}"


def row(at: int, **cells: str | float) -> list[str | float]:
    """A clean row of the college's statement; ``cells`` by header replace some."""
    clean: dict[str, str | float] = dict(
        zip(
            HEADER,
            (
                str(at), order(at), f"2022{at:06d}", "张三", "重修缴费 2 门", "350.00",
                "2025-11-03 12:00:00", "微信",
            ),
            strict=True,
        )
    )  # fmt: skip
    return list((clean | cells).values())


def statement(*rows: Row, header: Row = HEADER) -> list[Row]:
    """The college's statement: its header and rows (three, when none are given)."""
    return [header, *(rows or [row(at) for at in (1, 2, 3)])]


def as_csv(rows: Sequence[Row], between: str = ",") -> bytes:
    """UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=between).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def as_text(rows: Sequence[Row], encoding: str) -> bytes:
    """The same in another encoding; its own byte order mark, where it has one."""
    return as_csv(rows).decode("utf-8-sig").encode(encoding)


def as_xlsx(
    *sheets: Sequence[Sequence[object]], arrange: Callable[[Workbook], None] | None = None
) -> bytes:
    """A workbook with these sheets; ``arrange`` may merge, hide and format."""
    book = Workbook()
    for at, rows in enumerate(sheets):
        sheet = book.worksheets[0] if at == 0 else book.create_sheet()
        for one in rows:
            sheet.append(list(one))
    if arrange is not None:
        arrange(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_html(rows: Sequence[Row]) -> bytes:
    """An HTML table as old systems save it, in GBK."""
    cells = ["".join(f"<td x:str>{cell}</td>" for cell in one) for one in rows]
    table = "".join(f"<tr>{one}</tr>\r\n" for one in cells)
    style = '<style>td{mso-number-format:"\\@"}</style>'
    head = f'<html xmlns:x="urn:x"><head><meta charset="gbk">{style}</head>'
    return f"{head}<body><table border=1>{table}</table></body></html>".encode("gb18030")


def as_zip(members: Mapping[str, bytes]) -> bytes:
    """A zip with names in GBK, unmarked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, body in members.items():
            packed.writestr(alipay_bills._GbkName(name), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def finance(*entries: StatementEntry) -> bytes:
    """The finance platform's daily file."""
    return finance_statement.dump(entries)


def entry(at: int, **facts: object) -> StatementEntry:
    """A payment of 350 yuan in it."""
    clean = {
        "number": order(at),
        "trade_number": f"FP{at:010d}",
        "payer_number": f"2022{at:06d}",
        "payer_name": "张三",
        "title": "重修缴费 2 门",
        "amount_fen": 35_000,
        "method": "微信支付",
        "paid_at": datetime(2025, 11, 3, 12, tzinfo=SHANGHAI),
    }
    return StatementEntry(**(clean | facts))  # type: ignore[arg-type]


def wechat_cells(at: int, *, back: bool = False) -> dict[str, str]:
    """A line of WeChat's bill: 350 yuan came, or 100 of them go back."""
    return {
        "交易时间": "2025-11-03 12:00:00",
        "商户号": "1900000001",
        "微信订单号": f"42000012342025110312345{at:05d}",
        "商户订单号": order(at),
        "交易类型": "NATIVE",
        "交易状态": "REFUND" if back else "SUCCESS",
        "应结订单金额": "0.00" if back else "350.00",
        "商户退款单号": "TK1" if back else "0",
        "微信退款单号": "50300001" if back else "0",
        "退款金额": "100.00" if back else "0.00",
        "商品名称": "重修缴费, 2 门",
        "手续费": "0.01",
        "订单金额": "350.00",
        "申请退款金额": "100.00" if back else "0.00",
    }


def wechat(kind: str = "ALL", *rows: dict[str, str]) -> bytes:
    """WeChat's bill of that kind."""
    return wechat_bills.text(kind, list(rows or (wechat_cells(1), wechat_cells(2)))).encode()


def alipay_cells(at: int, *, back: bool = False) -> dict[str, str]:
    """A line of Alipay's bill: 350 yuan came, or 100 of them went back."""
    return {
        "支付宝交易号": f"20251103220014{at:014d}\t",
        "商户订单号": f"{order(at)}\t",
        "业务类型": "退款" if back else "交易",
        "商品名称": "重修缴费",
        "创建时间": "2025-11-03 11:59:00",
        "完成时间": "2025-11-03 12:00:00",
        "订单金额（元）": "-100.00" if back else "350.00",
        "商家实收（元）": "-100.00" if back else "350.00",
        "退款批次号/请求号": "TK1\t" if back else "",
    }


def alipay(*rows: dict[str, str]) -> bytes:
    """Alipay's zip: the detail and the sums, in GBK."""
    lines = list(rows or (alipay_cells(1), alipay_cells(2), alipay_cells(1, back=True)))
    return alipay_bills.pack(alipay_bills.text(lines, DAY, "2088000000000001"), DAY, "2088")


KINDS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    "xlsx": as_xlsx,
    "xls": lambda rows: old_excel.workbook({"明细": rows}),
    "xlsb": lambda rows: binary_excel.workbook({"明细": rows}),
    "utf-8 with mark": as_csv,
    "utf-8": lambda rows: as_text(rows, "utf-8"),
    "utf-16 with mark": lambda rows: as_text(rows, "utf-16"),
    "utf-16-le": lambda rows: as_text(rows, "utf-16-le"),
    "utf-16-be": lambda rows: as_text(rows, "utf-16-be"),
    "gb18030": lambda rows: as_text(rows, "gb18030"),
    "semicolon": lambda rows: as_csv(rows, ";"),
    "tab": lambda rows: as_csv(rows, "\t"),
    "html": as_html,
    "zip": lambda rows: as_zip({"缴费明细.csv": as_text(rows, "gb18030")}),
}


def saved(folder: Path, body: bytes, name: str = "file") -> Path:
    """The file on disk; its name means nothing."""
    path = folder / name
    path.write_bytes(body)
    return path


Mappings = Mapping[str, Mapping[str, Field]]


class Desk:
    """Reads what a test made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mappings: dict[str, Mapping[str, Field]] = {}
        self.order_prefix = "ZZJF"
        self.fee_items: tuple[str, ...] = ()
        self.merchants: dict[str, str] = {}

    def readings(
        self, body: bytes, name: str = "file"
    ) -> list[tuple[Reading, list[FileRow | Fault]]]:
        """Every table with its rows."""
        tables = read(
            saved(self.folder, body, name),
            today=TODAY,
            mappings=self.mappings,
            order_prefix=self.order_prefix,
            fee_items=self.fee_items,
            merchants=self.merchants,
        )
        return [(table, list(table)) for table in tables]

    def only(self, body: bytes) -> tuple[Reading, list[FileRow | Fault]]:
        """The one table of a file."""
        [found] = self.readings(body)
        return found

    def clean(self, body: bytes) -> tuple[Reading, list[FileRow]]:
        """The one table of a file without a faulty row."""
        table, found = self.only(body)
        rows = [one for one in found if isinstance(one, FileRow)]
        assert len(rows) == len(found)
        return table, rows

    def rows(self, body: bytes) -> list[FileRow]:
        """Its rows, none of them faulty."""
        return self.clean(body)[1]

    def faults(self, body: bytes) -> list[Fault]:
        """Its faulty rows."""
        return [one for one in self.only(body)[1] if isinstance(one, Fault)]

    def fault(self, *rows: Row) -> Fault:
        """The one faulty row of a statement."""
        [found] = self.faults(as_csv(statement(*rows)))
        return found
