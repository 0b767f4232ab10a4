"""The work list: what is on it, who handles what, and what the second clerk is told."""

import html
from datetime import timedelta
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from payments.models import Receipt
from payments.reconcile.models import Handling, RowOutcome, UploadRow
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import count_groups, make_fault, make_row, make_upload
from payments.reconcile.tests.statements import apply, listed, preview
from payments.tests.desk import make_clerk
from payments.tests.factories import NOW, make_charge, make_order, make_payer, pay
from portal.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown(clerk: User) -> UploadRow:
    """A row of an applied file about an order there is none of."""
    upload = make_upload(UploadState.APPLIED, by=clerk)
    row = make_row(upload, Group.UNKNOWN, payer_name="欧阳一")
    count_groups(upload)
    return row


def handle(client: Client, row: UploadRow, note: str) -> tuple[int, str]:
    answer = client.post(reverse("reconcile:handle_row", args=[row.pk]), {"note": note})
    return answer.status_code, answer.content.decode()


def work_list(client: Client, **query: str) -> str:
    return client.get(reverse("reconcile:differences"), query).content.decode()


def test_difference_waits_until_handled(finance: Client, unknown: UploadRow) -> None:
    assert unknown.order_number in work_list(finance)
    status, _ = handle(finance, unknown, "抄错号，已联系学生。")
    assert status == 302
    assert unknown.order_number not in work_list(finance)
    done = work_list(finance, handled="1")
    assert "抄错号，已联系学生。" in done
    assert "李会计" in done


def test_a_conflict_names_the_place_that_verification_waits_for(
    finance: Client, clerk: User, unknown: UploadRow
) -> None:
    row = make_row(make_upload(UploadState.APPLIED, by=clerk), Group.CONFLICT)
    told, other = (
        finance.get(reverse("reconcile:row", args=[one.pk])).content.decode()
        for one in (row, unknown)
    )
    assert f"/admin/payments/conflict/?q={row.order_number}" in told
    assert "不再拦日结；核实还要等收款冲突里写明核对结果。" in told
    assert "不再拦日结和核实。" in other


def test_second_clerk_is_told(finance: Client, unknown: UploadRow) -> None:
    handle(finance, unknown, "已查清。")
    other = Client()
    other.force_login(make_clerk("孙会计"))
    status, page = handle(other, unknown, "我也查了。")
    assert status == 409
    assert "已由李会计于" in page
    assert Handling.objects.get().note == "已查清。"


def test_second_clerk_of_several_is_told_once(finance: Client, unknown: UploadRow) -> None:
    rows = [unknown, make_row(unknown.upload, Group.UNKNOWN)]
    form = {"row": [row.pk for row in rows], "note": "已查清。"}
    pages = [
        finance.post(reverse("reconcile:handle_many"), form, follow=True).content.decode()
        for _ in range(2)
    ]
    assert "2 件已记为处理完。" in pages[0]
    assert pages[1].count("2 件已由李会计") == pages[1].count("已由李会计") == 1


def test_several_at_once(finance: Client, clerk: User, unknown: UploadRow) -> None:
    second = make_row(unknown.upload, Group.UNKNOWN)
    path = reverse("reconcile:handle_many")
    answer = finance.post(path, {"row": [unknown.pk, second.pk], "note": "同一个学生抄错号。"})
    assert answer.status_code == 302
    assert {one.row for one in Handling.objects.all()} == {unknown, second}


@pytest.mark.parametrize("row", ["", "x", "-1", "9" * 30], ids=lambda value: value[:3] or "none")
def test_several_that_are_none(finance: Client, unknown: UploadRow, row: str) -> None:
    answer = finance.post(reverse("reconcile:handle_many"), {"row": row, "note": "好"})
    assert answer.status_code == 400
    assert "还没有选差异。" in answer.content.decode()
    assert not Handling.objects.exists()


def test_handling_without_a_word(finance: Client, unknown: UploadRow) -> None:
    status, page = handle(finance, unknown, "  ")
    assert status == 400
    assert "写一句核对结论再提交。" in page
    assert not Handling.objects.exists()


def test_handling_of_a_row_that_fits(finance: Client, clerk: User) -> None:
    row = make_row(make_upload(UploadState.APPLIED, by=clerk), Group.KNOWN)
    assert handle(finance, row, "好")[0] == 404
    assert not Handling.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "欧阳"}, True),
        ({"q": "没有这个人"}, False),
        ({"kind": "unknown"}, True),
        ({"kind": "amount"}, False),
        ({"kind": "nonsense"}, True),
        ({"page": "x"}, True),
    ],
    ids=str,
)
def test_list_is_narrowed(
    finance: Client, unknown: UploadRow, query: dict[str, str], found: bool
) -> None:
    assert (unknown.order_number in work_list(finance, **query)) is found


def test_refused_row_says_what_is_wrong(finance: Client, clerk: User) -> None:
    upload = make_upload(UploadState.APPLIED, by=clerk)
    row = make_fault(upload, "金额", "3OO.00", "含字母 O", "改成 300.00")
    answer = finance.get(reverse("reconcile:row", args=[row.pk]))
    assert "含字母 O" in answer.content.decode()


def test_of_a_row_that_cannot_be_read_nothing_is_said_about_our_side(
    finance: Client, clerk: User
) -> None:
    upload = make_upload(UploadState.APPLIED, by=clerk)
    row = make_fault(upload, "金额", "3OO.00", "含字母 O", "改成 300.00")
    assert '<span class="quiet">没有比对</span>' in work_list(finance)
    page = finance.get(reverse("reconcile:row", args=[row.pk])).content.decode()
    assert ("读不出，没有比对" in page, "没有这个订单" in page) == (True, False)


def test_list_as_a_workbook(finance: Client, unknown: UploadRow) -> None:
    answer = finance.get(reverse("reconcile:differences_file"))
    book = load_workbook(BytesIO(answer.content))
    rows = list(book.worksheets[0].values)
    assert rows[1][0] == unknown.order_number
    assert rows[1][2] == "未知订单"


def test_day_leads_to_its_own_differences(finance: Client, unknown: UploadRow) -> None:
    other = make_row(unknown.upload, Group.UNKNOWN, moved_at=NOW + timedelta(days=1))
    found = {
        day: [row.order_number in work_list(finance, channel="finance", day=day)
              for row in (unknown, other)]
        for day in ("2025-04-23", "2025-04-24", "2025-04-25", "nonsense")
    }  # fmt: skip
    assert found == {
        "2025-04-23": [True, False],
        "2025-04-24": [False, True],
        "2025-04-25": [False, False],
        "nonsense": [True, True],
    }
    page = finance.get(reverse("reconcile:day", args=["finance", NOW.date()])).content.decode()
    assert "?channel=finance&amp;day=2025-04-23" in page


def test_ticks_survive_a_missing_note(finance: Client, unknown: UploadRow) -> None:
    other = make_row(unknown.upload, Group.UNKNOWN)
    answer = finance.post(reverse("reconcile:handle_many"), {"row": [unknown.pk], "note": ""})
    page = answer.content.decode()
    ticked = [f'value="{row.pk}" checked' in page for row in (unknown, other)]
    assert (answer.status_code, ticked) == (400, [True, False])


def test_found_by_the_name_that_we_have(finance: Client, clerk: User) -> None:
    order = make_order([make_charge(make_payer("司马二"))])
    row = make_row(make_upload(UploadState.APPLIED, by=clerk), Group.AMOUNT, order, payer_name="")
    told = [row.order_number in work_list(finance, q=q) for q in ("司马", "上官")]
    assert told == [True, False]


@pytest.mark.parametrize("q", ["%", "_", "\\"])
def test_signs_are_looked_for_as_they_are(finance: Client, clerk: User, q: str) -> None:
    upload = make_upload(UploadState.APPLIED, by=clerk)
    plain, signed = (
        make_row(upload, Group.UNKNOWN, payer_name=name) for name in ("欧阳", f"欧{q}阳")
    )
    told = [row.order_number in work_list(finance, q=q) for row in (plain, signed)]
    assert told == [False, True]


def test_search_names_no_difference_it_goes_through(finance: Client, clerk: User) -> None:
    """Thousands of keys sent back to be searched cost more than to find them."""
    upload = make_upload(UploadState.APPLIED, by=clerk)
    sizes = []
    for number in (3, 30):
        make_row(upload, Group.UNKNOWN, payer_name="欧阳")
        for _ in range(number):
            make_row(upload, Group.UNKNOWN, payer_name="张三")
        with CaptureQueriesContext(connection) as asked:
            page = work_list(finance, q="没有这个人")
        sizes.append(max(len(query["sql"]) for query in asked.captured_queries))
    assert "35 件差异待处理" in page
    assert sizes[0] == sizes[1]


def test_handled_ones_are_narrowed_by_what_came_of_them(finance: Client, clerk: User) -> None:
    upload = make_upload(UploadState.APPLIED, by=clerk)
    row = make_row(upload, Group.UNKNOWN)
    RowOutcome.objects.create(row=row, upload=upload, group=Group.TWICE, applied_at=NOW)
    handle(finance, row, "已退回。")
    kinds = (Group.TWICE, Group.UNKNOWN)
    told = [row.order_number in work_list(finance, handled="1", kind=kind) for kind in kinds]
    assert told == [True, False]


def test_handled_one_leads_back_to_the_same_list(finance: Client, unknown: UploadRow) -> None:
    """A clerk who goes through one kind of a day goes on with that kind of that day."""
    query = {"q": "欧阳", "kind": "unknown", "channel": "finance", "day": "2025-04-23"}
    page = work_list(finance, **query)
    address = html.unescape(page.split(f'href="{reverse("reconcile:row", args=[unknown.pk])}')[1])
    here = address.split('"')[0]
    answer = finance.post(
        reverse("reconcile:handle_row", args=[unknown.pk]) + here, {"note": "抄错号。"}
    )
    assert parse_qs(urlsplit(answer.headers["Location"]).query) == {
        name: [value] for name, value in query.items()
    }


def test_several_lead_back_to_the_same_page(finance: Client, unknown: UploadRow) -> None:
    path = reverse("reconcile:handle_many") + "?kind=unknown&page=2"
    answer = finance.post(path, {"row": [unknown.pk], "note": "抄错号。"})
    assert answer.headers["Location"] == reverse("reconcile:differences") + "?kind=unknown&page=2"


def test_money_that_a_file_lists_is_no_difference(finance: Client, clerk: User) -> None:
    """Said of it now, an answer would count for whatever happens to it later."""
    told, silent = (make_order([make_charge(make_payer())]) for _ in range(2))
    pay(silent)
    apply(preview([listed(told, "T-1")], clerk.pk), clerk.pk)
    receipts = [Receipt.objects.get(order=order).pk for order in (told, silent)]
    pages, answers = [], []
    for pk in receipts:
        pages.append(finance.get(reverse("reconcile:receipt", args=[pk])).content.decode())
        address = reverse("reconcile:handle_receipt", args=[pk])
        answers.append(finance.post(address, {"note": "渠道补传"}).status_code)
    assert ["记为已处理" in page for page in pages] == [False, True]
    assert ["这笔收款现在不是差异" in page for page in pages] == [True, False]
    assert answers == [409, 302]
    assert [one.receipt_id for one in Handling.objects.all()] == [receipts[1]]
