"""Photos and letters sent where a table is wanted are known by their bytes."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from payments.reconcile.models import Upload
from payments.reconcile.tests import old_excel
from portal.lib.errors import DomainError
from portal.lib.kinds import no_table
from portal.lib.sheets import read_sheet, write_sheet


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "x" * 100)
    return out.getvalue()


SENT = {
    "png": (b"\x89PNG\r\n\x1a\n\0\0", "一张图片"),
    "jpeg": (b"\xff\xd8\xff\xe0", "一张图片"),
    "webp": (b"RIFF\1\2\3\4WEBPVP8 ", "一张图片"),
    "phone": (b"\0\0\0\x18ftypheic", "一张图片"),
    "pdf": (b"%PDF-1.7\n", "一份 PDF"),
    "docx": (zipped("[Content_Types].xml", "word/document.xml"), "一份 Word 文档"),
    "doc": (old_excel.ole({"WordDocument": b"x"}), "一份 Word 文档"),
}
TABLES = {
    "xlsx": write_sheet(["学号"], [["1"]]),
    "xls": old_excel.workbook({"表": [["学号"]]}),
    "xls with a letter in it": old_excel.ole({"Workbook": b"x", "WordDocument": b"y"}),
    "zip of tables": zipped("a.csv"),
    "csv": "学号,姓名\r\n".encode(),
    "nothing": b"",
}


@pytest.mark.parametrize(("body", "told"), SENT.values(), ids=SENT)
def test_what_is_no_table_is_named(body: bytes, told: str) -> None:
    file = io.BytesIO(body)
    assert (no_table(file), file.tell()) == (told, 0)
    with pytest.raises(DomainError, match=f"这是{told}，不是表格文件") as caught:
        read_sheet(body)
    assert caught.value.code == "sheet.not_a_table"


@pytest.mark.parametrize("body", TABLES.values(), ids=TABLES)
def test_what_may_be_a_table_is_let_through(body: bytes) -> None:
    assert no_table(io.BytesIO(body)) == ""


@pytest.mark.django_db
def test_photo_is_not_kept_and_waits_for_nobody(finance: Client) -> None:
    for _ in range(2):
        sent = {"file": [SimpleUploadedFile("账单.xlsx", SENT["png"][0])]}
        page = finance.post(reverse("reconcile:upload"), sent, follow=True).content.decode()
        assert "账单.xlsx：这是一张图片，不是表格文件。" in page
        assert ("没有等你处理的" in page, Upload.objects.count()) == (True, 0)
