"""Files that are refused whole, each with a sentence and what to do."""

import io
import zipfile
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from openpyxl import Workbook

from payments.reconcile.files import refusals
from payments.reconcile.files.read import read
from payments.reconcile.files.row import FileRefused
from payments.reconcile.tests import binary_excel, old_excel
from payments.reconcile.tests.files_made import (
    KINDS,
    TODAY,
    Desk,
    as_csv,
    as_html,
    as_text,
    as_xlsx,
    as_zip,
    row,
    saved,
    statement,
)


def refusal(desk: Desk, body: bytes) -> FileRefused:
    """The refusal of a file; it always says what to do."""
    with pytest.raises(FileRefused) as told:
        desk.readings(body)
    assert told.value.sentence.endswith("。")
    assert told.value.remedy.endswith("。")
    return told.value


def with_part(book: bytes, name: str, content: bytes) -> bytes:
    """A workbook with another part."""
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a") as packed:
        packed.writestr(name, content)
    return out.getvalue()


def replaced(book: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """A workbook with something else in one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(out, "w") as after:
        for part in before.namelist():
            content = before.read(part)
            after.writestr(part, content.replace(old, new) if part == name else content)
    return out.getvalue()


def bomb() -> bytes:
    """A zip of a csv that is nothing but zeros."""
    return as_zip({"a.csv": b"0" * (refusals.RATIO_FROM + 1)})


def encrypted_zip() -> bytes:
    """A zip whose member says it is encrypted."""
    body = bytearray(as_zip({"a.csv": as_csv(statement())}))
    body[6] |= 1
    body[body.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(body)


XLSX = as_xlsx(statement())
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]>'
WHOLE = {
    "empty": (b"", "empty"),
    "blank": (b"\r\n\r\n", "empty"),
    "empty workbook": (as_xlsx([]), "empty"),
    "password": (old_excel.ole({"EncryptionInfo": b"x", "EncryptedPackage": b"y"}), "password"),
    "password xls": (old_excel.locked(), "password"),
    "password zip": (encrypted_zip(), "password"),
    "macro": (with_part(XLSX, "xl/vbaProject.bin", b"x"), "macro"),
    "macro xls": (old_excel.ole({"Workbook": b"x", "_VBA_PROJECT_CUR": b"y"}), "macro"),
    "entity": (replaced(XLSX, "xl/workbook.xml", b"<workbook", ENTITY + b"<workbook"), "entity"),
    "entity in a sheet": (
        replaced(XLSX, "xl/worksheets/sheet1.xml", b"<worksheet", ENTITY + b"<worksheet"),
        "entity",
    ),
    "bomb": (bomb(), "bomb"),
    "slip": (as_zip({"../../etc/a.csv": as_csv(statement())}), "zip_slip"),
    "slip back": (as_zip({"a\\..\\..\\b.csv": as_csv(statement())}), "zip_slip"),
    "absolute": (as_zip({"/etc/a.csv": as_csv(statement())}), "zip_slip"),
    "drive": (as_zip({"C:\\a.csv": as_csv(statement())}), "zip_slip"),
    "nested zip": (as_zip({"a.zip": as_zip({"b.csv": b"x"})}), "nested"),
    "zip in a zip as a workbook": (as_zip({"a.xlsx": as_zip({"b.csv": b"x"})}), "nested"),
    "rar in a zip": (as_zip({"a.xlsx": b"Rar!\x1a\x07\x00"}), "nested"),
    "slip of a workbook": (as_zip({"../a.xlsx": XLSX}), "zip_slip"),
    "slip in a workbook in a zip": (as_zip({"a.xlsx": with_part(XLSX, "../a", b"")}), "zip_slip"),
    "macro in a zip": (as_zip({"a.xlsx": with_part(XLSX, "xl/vbaProject.bin", b"x")}), "macro"),
    "damaged workbook in a zip": (as_zip({"a.xlsx": XLSX[:-99]}), "unreadable"),
    "bomb in a workbook in a zip": (
        as_zip({"a.xlsx": with_part(XLSX, "xl/a", b"0" * (refusals.RATIO_FROM + 1))}), "bomb",
    ),
    "one good, one bad": (as_zip({"a.xlsx": XLSX, "b.xlsx": as_zip({"c.csv": b""})}), "nested"),
    "letters only": (as_zip({"a.docx": XLSX, "b.PDF": b"%PDF"}), "no_member"),
    "rar": (b"Rar!\x1a\x07\x00" + b"x" * 99, "nested"),
    "no csv": (as_zip({"a.jpg": b"x"}), "no_member"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unreadable"),
    "pdf": (b"%PDF-1.7\n%\xb5\xb5\xb5\xb5\n\x00\x01", "unreadable"),
    "nul at the end": (as_csv(statement()) + b"\0", "unreadable"),
    "neither encoding": (as_csv(statement()) + b"\xff\xff", "unreadable"),
    "half a character": (as_csv(statement()) + "张".encode()[:2], "unreadable"),
    "half of utf-16": (as_text(statement(), "utf-16")[:-1], "unreadable"),
    "xml sheet": (
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "xml_sheet",
    ),
    "html without its end": (as_html(statement())[:-40], "truncated"),
    "quotes": (as_csv(statement()).replace(b",2022000002", b',"2022000002'), "quotes"),
    "long cell": (as_csv(statement(["x" * 5_000_000])), "long_cell"),
    "long cell of many lines": (as_csv(statement(["一行\n" * 50_000])), "long_cell"),
    "quotes that swallow many lines": (
        as_csv([*statement(), ['"'], *[["x" * 99]] * 2000]).replace(b'""""', b'"'), "quotes",
    ),
    "wide sheet": (as_xlsx([["订单号", "金额", *["x"] * refusals.MAX_COLUMNS]]), "too_large"),
    "wide text": (as_csv([["订单号", "金额", *["x"] * refusals.MAX_COLUMNS]]), "too_large"),
    "wide html": (b'<table><tr><td colspan="9999">x</td></tr></table>', "too_large"),
    "many members": (
        as_zip({f"{at}.csv": as_csv(statement()) for at in range(refusals.MAX_MEMBERS + 1)}),
        "too_large",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WHOLE)
def test_a_file_is_refused_whole(desk: Desk, what: str) -> None:
    body, code = WHOLE[what]
    assert refusal(desk, body).code == code


@pytest.mark.parametrize("kind", ["xlsx", "xls", "xlsb", "zip"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused(desk: Desk, kind: str, part: float) -> None:
    whole = KINDS[kind](statement(*(row(at) for at in range(300))))
    assert refusal(desk, whole[: int(len(whole) * part)]).code == "unreadable"


def test_an_archive_is_not_called_by_its_place_in_our_storage(desk: Desk) -> None:
    assert refusal(desk, WHOLE["rar"][0]).sentence == "这是 zip 以外的压缩包，打不开。"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "文件是空的。"),
        ("只有一句话\n".encode(), "文件里没有找到表格。"),
        (as_csv(statement(row(1))) + b'"', "第 3 行附近的引号不成对，分不清行。"),
    ],
    ids=["empty", "words", "quotes"],
)
def test_what_refuses_a_zip_says_which_of_its_files(desk: Desk, body: bytes, sentence: str) -> None:
    whole = as_zip({"好.csv": as_csv(statement()), "四月.csv": body})
    assert refusal(desk, whole).sentence == f"压缩包里的 四月.csv：{sentence}"


def test_a_file_of_too_many_bytes_is_not_even_opened(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refusals, "MAX_BYTES", 100)
    assert refusal(desk, as_csv(statement())).code == "too_large"


def test_a_file_of_too_many_rows_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "MAX_ROWS", 1000)
    assert refusal(desk, as_csv(statement(*(row(at) for at in range(2000))))).code == "too_large"


@pytest.mark.parametrize("place", ["XFD1048576", "GR1048576"], ids=["wide", "high"])
def test_a_cell_at_the_end_of_the_world_takes_no_memory(desk: Desk, place: str) -> None:
    """A few cells that claim all those between them: thousands of millions."""

    def far(book: Workbook) -> None:
        book.worksheets[0][place] = "x"

    assert refusal(desk, as_xlsx(statement(), arrange=far)).code == "too_large"


def test_many_workbooks_of_a_zip_are_one_bomb(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is small enough, all of them are not."""
    body = as_zip({f"{at}.xlsx": XLSX for at in range(4)})
    assert len(desk.readings(body)) == 4
    with zipfile.ZipFile(io.BytesIO(XLSX)) as book:
        one = sum(part.file_size for part in book.infolist())
    monkeypatch.setattr(refusals, "MAX_UNPACKED", one * 3 + 4 * len(XLSX))
    assert refusal(desk, body).code == "bomb"


def test_a_lying_zip_is_refused(desk: Desk) -> None:
    """A member that says it is small and is not."""
    body = bytearray(as_zip({"a.csv": as_csv(statement(*(row(at) for at in range(999))))}))
    at = body.rindex(b"PK\x01\x02") + 24
    body[at : at + 4] = (100).to_bytes(4, "little")
    assert refusal(desk, bytes(body)).code == "unreadable"


def test_binary_workbooks_with_macros_are_refused(desk: Desk) -> None:
    book = binary_excel.workbook({"a": statement()})
    assert refusal(desk, with_part(book, "xl/vbaProject.bin", b"x")).code == "macro"


def test_the_process_that_reads_does_not_outlive_the_reading(tmp_path: Path) -> None:
    """Whoever stops in the middle leaves no process behind."""
    path = saved(tmp_path, as_xlsx(statement(*(row(at) for at in range(3000)))))
    others = set(psutil.Process().children())  # of tests that ran before
    with closing(read(path, today=TODAY, mappings={})) as tables:
        next(iter(next(tables)))
        assert set(psutil.Process().children()) - others
    assert not set(psutil.Process().children()) - others
