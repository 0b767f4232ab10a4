"""Rows of an uploaded spreadsheet under the headers colleges write, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.lib.errors import DomainError
from portal.lib.sheets import read_sheet
from portal.lib.tables.faults import Fault

Headers = Mapping[str, Sequence[str]]  # our header -> what other systems call it


@dataclass
class SheetRow:
    """One line; ``line`` as the spreadsheet numbers it. Faults are collected, not raised."""

    line: int
    cells: dict[str, str]
    faults: list[Fault] = field(default_factory=list)

    def __getitem__(self, header: str) -> str:
        return self.cells.get(header, "")

    def refuse(self, header: str, reason: str, remedy: str) -> None:
        """Note why this row cannot be taken."""
        self.faults.append(Fault(self.line, header, self[header], reason, remedy))


def read_rows(data: bytes, headers: Headers, required: Sequence[str]) -> list[SheetRow]:
    """The rows that are not blank. ``sheet.empty`` and ``sheet.headers`` refuse the whole file."""
    table = read_sheet(data)
    named = [_named(cell, headers) for cell in (table[0] if table else [])]
    missing = [header for header in required if header not in named]
    if missing:
        raise DomainError(
            "sheet.headers",
            f"缺少这些列：{'、'.join(missing)}。",
            advice="对照下载的表格改好表头再上传。",
            status=400,
        )
    rows = [
        SheetRow(line, {name: cell for name, cell in zip(named, row, strict=False) if name})
        for line, row in enumerate(table[1:], 2)
        if any(row)
    ]
    if not rows:
        raise DomainError("sheet.empty", "文件里没有数据行。", advice="从第二行起填。", status=400)
    return rows


def require(rows: Sequence[SheetRow], headers: Sequence[str]) -> None:
    """Every row must fill these columns."""
    for row in rows:
        for header in headers:
            if not row[header]:
                row.refuse(header, "必填，不能为空。", f"填上「{header}」再上传。")


def refuse_repeated(rows: Sequence[SheetRow], headers: Sequence[str]) -> None:
    """The same key twice in one file."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row[header] for header in headers)
        if key in first:
            row.refuse(headers[0], f"与第 {first[key]} 行重复。", "删掉其中一行再上传。")
        first.setdefault(key, row.line)


def faults_of(rows: Sequence[SheetRow]) -> list[Fault]:
    """Everything that is wrong, by line."""
    return [fault for row in rows for fault in row.faults]


def _named(cell: str, headers: Headers) -> str:
    word = cell.strip()
    for name, aliases in headers.items():
        if word == name or word.lower() in aliases or word in aliases:
            return name
    return ""
