"""Finance's pages over files: what each says, and who may not see them."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from payments.models import Order
from payments.reconcile.models import Upload
from payments.reconcile.pages.desk import PAGE_SIZE
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import (
    count_groups,
    make_fault,
    make_row,
    make_upload,
    take_further,
)
from payments.tests.factories import make_charges, make_order, make_payer
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
BUDGET = 14


def an_order(fen: int = 40000) -> Order:
    return make_order(make_charges(make_payer(), (fen,)))


def a_preview(clerk: User, rows: int = 1) -> Upload:
    """A file with some rows in every group that a page treats by itself."""
    upload = make_upload(by=clerk)
    for _ in range(rows):
        make_row(upload, Group.SETTLE, an_order(), effect="pay")
        make_row(upload, Group.AMOUNT, an_order(), amount_fen=35000)
        make_row(upload, Group.UNKNOWN)
        make_fault(upload, "金额", "3OO.00", "含字母 O", "改成 300.00")
    return count_groups(upload)


def text(client: Client, name: str, *args: object, **query: str) -> str:
    """What a page says; it must be there."""
    answer = client.get(reverse(f"reconcile:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_preview_says_what_will_happen(finance: Client, clerk: User) -> None:
    upload = a_preview(clerk)
    page = text(finance, "file", upload.pk)
    assert "确认入账 1 笔" in page
    assert "现在还没有改动任何数据" in page
    for words in ("¥400.00", "−¥50.00", "3OO.00", "含字母 O", "改成 300.00"):
        assert words in page


def test_stated_total_that_differs_is_red(finance: Client, clerk: User) -> None:
    stated = {"place": 9, "label": "合计", "is_count": False, "stated": 100, "counted": 90}
    upload = make_upload(by=clerk, stated=[{**stated, "agrees": False}], totals_agree=False)
    page = text(finance, "file", upload.pk)
    assert "文件的合计写 ¥1.00，逐行加是 ¥0.90" in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (UploadState.UPLOADED, "正在读取文件"),
        (UploadState.READING, "正在读取文件"),
        (UploadState.PREVIEW, "核对后确认入账"),
        (UploadState.WAITING, "等另一个人复核"),
        (UploadState.REFUSED, "这个文件没有读成"),
        (UploadState.DISCARDED, "这个文件已作废"),
        (UploadState.APPLIED, "下载结果表"),
    ],
    ids=str,
)
def test_page_of_every_state(finance: Client, clerk: User, state: UploadState, words: str) -> None:
    assert words in text(finance, "file", make_upload(state, by=clerk).pk)


def test_file_of_other_orders_is_doubted(finance: Client, clerk: User) -> None:
    upload = make_upload(by=clerk)
    for _ in range(2):
        make_row(upload, Group.UNKNOWN)
    make_row(upload, Group.KNOWN, an_order())
    page = text(finance, "file", count_groups(upload).pk)
    assert "先看看是不是传错了文件" in page
    assert "确认，2 笔待处理" in page


def test_second_person_may_release(client: Client, clerk: User) -> None:
    upload = make_upload(UploadState.WAITING, by=clerk)
    other = User.objects.create(username="other", name="孙会计", role=clerk.role, password="!")
    client.force_login(other)
    assert "复核通过" in text(client, "file", upload.pk)


def test_names_that_differ_show_both(finance: Client, clerk: User) -> None:
    upload = make_upload(by=clerk)
    order = an_order()
    make_row(upload, Group.SETTLE, order, payer_name="王晓明", name_differs=True)
    make_row(upload, Group.SETTLE, an_order())
    page = text(finance, "rows", count_groups(upload).pk, "settle", warned="1")
    assert "姓名不同" in page
    assert "王晓明" in page
    assert order.payer.name in page
    assert "将入账 1 笔" in page


@pytest.mark.parametrize("q", ["number", "trade", "name", "payer"])
def test_rows_are_found_by(finance: Client, clerk: User, q: str) -> None:
    upload = make_upload(by=clerk)
    row = make_row(upload, Group.UNKNOWN, payer_name="欧阳一", payer_number="S7")
    make_row(upload, Group.UNKNOWN)
    wanted = {
        "number": row.order_number,
        "trade": row.trade_number,
        "name": "欧阳",
        "payer": "S7",
    }[q]
    page = text(finance, "rows", count_groups(upload).pk, "unknown", q=wanted)
    assert "未知订单 1 笔" in page


def test_group_that_is_none(finance: Client, clerk: User) -> None:
    upload = make_upload(by=clerk)
    answer = finance.get(reverse("reconcile:rows", args=[upload.pk, "nonsense"]))
    assert answer.status_code == 404


def test_refused_rows_as_a_workbook_to_mend(finance: Client, clerk: User) -> None:
    upload = a_preview(clerk)
    answer = finance.get(reverse("reconcile:rows_file", args=[upload.pk, "refused"]))
    rows = list(load_workbook(BytesIO(answer.content)).active.values)  # type: ignore[union-attr]
    assert rows[0][:4] == ("订单号", "姓名", "学号", "金额")
    assert rows[1][-3:] == ("金额", "含字母 O", "改成 300.00")
    assert len(rows) == 2


def test_statements_of_a_preview_do_not_grow(
    finance: Client, clerk: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for rows in (1, 20):
        upload = a_preview(clerk, rows)
        with django_assert_max_num_queries(BUDGET):
            text(finance, "file", upload.pk)
        with django_assert_max_num_queries(BUDGET):
            text(finance, "rows", upload.pk, "all")


def test_statements_of_the_list_do_not_grow(
    finance: Client, clerk: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 15):
        for _ in range(number):
            a_preview(clerk)
        with django_assert_max_num_queries(BUDGET):
            text(finance, "home")


def test_file_there_is_none_of(finance: Client) -> None:
    assert finance.get(reverse("reconcile:file", args=[1])).status_code == 404


def test_row_that_could_not_be_read_was_compared_with_nothing(finance: Client, clerk: User) -> None:
    upload = make_upload(by=clerk)
    make_fault(upload, "金额", "3OO.00", "含字母 O", "改成 300.00")
    page = text(finance, "rows", count_groups(upload).pk, "all")
    assert ("读不出，没有比对" in page, "没有这个订单" in page) == (True, False)


def test_total_of_one_table_of_several_names_it(finance: Client, clerk: User) -> None:
    told = {"place": 9, "is_count": False, "stated": 100, "counted": 100, "agrees": True}
    stated = [{**told, "label": "合计", "table": table} for table in ("一.xlsx", "")]
    page = text(finance, "file", make_upload(by=clerk, stated=stated, totals_agree=True).pk)
    assert "与一.xlsx的合计 ¥1.00 一致" in page
    assert "与文件的合计 ¥1.00 一致" in page


def test_list_that_asked_again_says_what_waits_now(finance: Client, clerk: User) -> None:
    """The heading and 等你处理 of the page were those of before the file was read."""
    moving = make_upload(UploadState.READING, by=clerk)
    make_upload(by=clerk)
    part = finance.get(reverse("reconcile:uploads")).content.decode()
    assert ("1 个文件等你确认" in part, 'id="waiting"' in part) == (True, False)
    take_further(moving, UploadState.PREVIEW, clerk)
    part = finance.get(reverse("reconcile:uploads")).content.decode()
    assert "2 个文件等你确认" in part
    assert ">2 个文件</a>" in part


def test_heading_counts_the_files_of_all_pages(finance: Client, clerk: User) -> None:
    for _ in range(PAGE_SIZE + 1):
        make_upload(by=clerk)
    for number in ("1", "2"):
        page = finance.get(reverse("reconcile:home"), {"page": number}).content.decode()
        assert f"{PAGE_SIZE + 1} 个文件等你确认" in page


def test_file_that_was_refused_may_be_read_once_more(finance: Client, clerk: User) -> None:
    """Sent again it is recognised; what was wrong may have been a setting of ours."""
    upload = make_upload(UploadState.REFUSED, by=clerk)
    page = finance.get(reverse("reconcile:file", args=[upload.pk])).content.decode()
    assert "再读一次" in page
    finance.post(reverse("reconcile:again", args=[upload.pk]))
    upload.refresh_from_db()
    assert upload.state == UploadState.READING
