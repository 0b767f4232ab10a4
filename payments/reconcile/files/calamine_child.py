"""A process of its own that reads one workbook and writes its rows as lines of JSON.

The native parser allocates what a file claims to hold, and gives up by killing its process. So
it runs with limits of memory and time, and what it does to itself nobody else feels. Started by
path: it imports nothing of the project.

Lines: ``{"sheet": name, "first": place}``, ``{"rows": count, "columns": [...]}``, at the end
``{"end": true}``; or ``{"error": code}``. A column of texts is one text, with line ends between:
that takes a third of the time of writing and reading it cell by cell.
"""

import json
import resource
import sys
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

BLOCK = 500
LARGEST = 1024 * 1024 * 1024  # bytes of address space
LONGEST = 120  # seconds of processor time


def say(**message: object) -> None:
    """One line; days and times as text."""
    sys.stdout.write(json.dumps(message, ensure_ascii=False, default=str))
    sys.stdout.write("\n")


def dump(sheet: CalamineSheet, widest: int) -> None:
    """A sheet's rows, from its first used one."""
    if sheet.start is None:
        return
    if sheet.width > widest:
        say(error="columns")
        return
    say(sheet=sheet.name, first=sheet.start[0] + 1)
    # Empty rows above the first used one are not given.
    rows = sheet.iter_rows()
    while block := list(islice(rows, BLOCK)):
        say(rows=len(block), columns=list(map(whole, zip(*block, strict=True))))


def whole(column: tuple[object, ...]) -> str | tuple[object, ...]:
    """A column as one text where its cells are texts of one line each."""
    if set(map(type, column)) != {str}:
        return column
    joined = "\n".join(column)  # type: ignore[arg-type]
    return joined if joined.count("\n") == len(column) - 1 else column


def main(path: str, widest: int) -> None:
    """Every visible sheet of the workbook."""
    resource.setrlimit(resource.RLIMIT_AS, (LARGEST, LARGEST))
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    try:
        with Path(path).open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
            for at, sheet in enumerate(book.sheets_metadata):
                worksheet = sheet.typ == SheetTypeEnum.WorkSheet
                if worksheet and sheet.visible == SheetVisibleEnum.Visible:
                    dump(book.get_sheet_by_index(at), widest)
    except PasswordError:
        say(error="password")
    except (CalamineError, OSError, ValueError):
        say(error="unreadable")
    else:
        say(end=True)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main(sys.argv[1], int(sys.argv[2]))
