"""What somebody careless or hostile may do at the workbench, and what stops it."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files import File
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import Settings

from payments.models import Order, Receipt
from payments.reconcile.models import Handling, Upload
from payments.reconcile.services import uploads
from payments.reconcile.services.handling import handle_row
from payments.reconcile.services.reading import read_upload
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.files_made import as_csv, as_xlsx
from payments.reconcile.tests.paper import make_row, make_upload, take_further
from payments.reconcile.tests.statements import LATER, apply, content, listed, preview, store
from payments.tests.factories import make_charge, make_order, make_payer
from portal.accounts.models import User
from portal.lib.errors import DomainError, NotYours

pytestmark = pytest.mark.django_db
NOBODYS = "ZZJF20250423000000000001"


@pytest.fixture
def order() -> Order:
    return make_order([make_charge(make_payer())])


def upload_of(body: bytes, clerk: User) -> Upload:
    """A file, read."""
    upload = uploads.store(File(BytesIO(body)), "a", actor_id=clerk.pk, now=LATER)
    read_upload(upload.pk, lambda: LATER)
    upload.refresh_from_db()
    return upload


def test_difference_of_a_preview_is_not_decided(finance: Client, clerk: User) -> None:
    upload = preview([listed(NOBODYS, "T-1")], clerk.pk)
    row = upload.rows.get()
    with pytest.raises(DomainError) as refused:
        handle_row(row.pk, "渠道误入", actor_id=clerk.pk, now=LATER)
    assert refused.value.code == "difference.not_applied"
    finance.post(reverse("reconcile:handle_many"), {"row": [row.pk], "note": "渠道误入"})
    page = finance.get(reverse("reconcile:row", args=[row.pk])).content.decode()
    assert "记为已处理" not in page
    uploads.read_again(upload.pk)
    read_upload(upload.pk, lambda: LATER)
    upload.refresh_from_db()
    assert (upload.state, Handling.objects.count()) == (UploadState.PREVIEW, 0)


def test_row_that_settled_is_no_difference(clerk: User, order: Order) -> None:
    upload = apply(preview([listed(order, "T-1")], clerk.pk), clerk.pk)
    with pytest.raises(NotYours):
        handle_row(upload.rows.get().pk, "渠道误入", actor_id=clerk.pk, now=LATER)


def test_late_reader_leaves_a_confirmed_file_alone(clerk: User, order: Order) -> None:
    """One that was taken for dead ends when its file is already being applied."""
    upload = store([listed(order, "T-1")], clerk.pk)
    told = iter((False, True))

    def clock() -> object:
        if next(told, False):
            take_further(Upload.objects.get(pk=upload.pk), UploadState.APPLYING, clerk)
        return LATER

    read_upload(upload.pk, clock)  # type: ignore[arg-type]
    upload.refresh_from_db()
    assert (upload.state, upload.rows.count()) == (UploadState.APPLYING, 0)


def test_command_line_does_not_replace_the_second_person(
    tmp_path: Path,
    settings: Settings,
    order: Order,
    second: User,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.RECONCILE_SECOND_PERSON = True
    path = tmp_path / "a.csv"
    path.write_bytes(content([listed(order, "T-1")]))
    call_command("reconcile", str(path), apply=True)
    assert (Upload.objects.get().state, Receipt.objects.count()) == (UploadState.WAITING, 0)
    assert "另一位同事在对账页面复核后才入账" in capsys.readouterr().out


def test_file_named_in_gbk_on_the_servers_disk(tmp_path: Path, order: Order) -> None:
    path = os.path.join(os.fsencode(tmp_path), "缴费.csv".encode("gbk"))  # noqa: PTH118 -- bytes
    Path(os.fsdecode(path)).write_bytes(content([listed(order, "T-1")]))
    call_command("reconcile", os.fsdecode(path))
    upload = Upload.objects.get()
    assert (upload.name, upload.state) == ("缴费.csv", UploadState.PREVIEW)


def test_header_becomes_no_formula(finance: Client, clerk: User) -> None:
    upload = make_upload(by=clerk, headers=["订单号", '=HYPERLINK("http://x")'])
    make_row(upload, Group.UNKNOWN)
    answer = finance.get(reverse("reconcile:rows_file", args=[upload.pk, "all"]))
    first = next(iter(load_workbook(BytesIO(answer.content)).worksheets[0].rows))
    assert {cell.data_type for cell in first} == {"s"}


def test_sheets_of_other_columns_stand_under_their_own_headers(clerk: User) -> None:
    body = as_xlsx(
        [["缴费单号", "实缴金额", "姓名"], [NOBODYS, "1.00", "张三"]],
        [["实缴金额", "班级", "缴费单号"], ["2.00", "软件 1 班", f"{NOBODYS}2"]],
    )
    upload = upload_of(body, clerk)
    first, second = upload.rows.order_by("position")
    assert upload.headers == ["缴费单号", "实缴金额", "姓名", "班级"]
    assert first.cell_texts == [NOBODYS, "1.00", "张三"]
    assert second.cell_texts == [f"{NOBODYS}2", "2.00", "", "软件 1 班"]


def test_stray_separator_moves_no_cell(clerk: User) -> None:
    rows = [["姓名", "缴费单号", "实缴金额"], ["张\x1f三", NOBODYS, "1.00"]]
    body = as_csv([*rows, *[["李四", f"{NOBODYS}2", "1.00"]] * 20])
    first = upload_of(body, clerk).rows.order_by("position")[0]
    assert first.cell_texts == ["张 三", NOBODYS, "1.00"]


@pytest.mark.parametrize(("told", "agrees"), [("3.00", True), ("4.00", False)])
def test_total_above_the_rows_is_compared_with_them(clerk: User, told: str, agrees: bool) -> None:
    rows = [["缴费单号", "实缴金额"], ["合计", told], [NOBODYS, "1.00"], [f"{NOBODYS}2", "2.00"]]
    upload = upload_of(as_xlsx(rows), clerk)
    assert (upload.totals_agree, upload.stated[0]["counted"]) == (agrees, 300)
