"""财政票据 from finance's own system: all rows or none, and every refused row is named."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from payments.models import FiscalReceipt, Order
from payments.services import fiscal
from payments.services.settle import settle
from payments.tests.desk import make_clerk
from payments.tests.factories import NOW, make_arrival, make_charge, make_order, make_payer, pay
from portal.lib.errors import DomainError
from portal.lib.sheets import read_sheet, write_sheet

pytestmark = pytest.mark.django_db
LINK = "https://pj.example.edu.cn/8001"


def paid_order() -> Order:
    order = make_order([make_charge(make_payer())])
    settle([make_arrival(order, trade=f"T-{order.pk}")], NOW)
    return order


def row(order: Order, **changes: str) -> list[str]:
    cells = {
        "订单号": order.number, "交易号": "", "金额": "400.00", "票据号码": "8001", "票据链接": LINK
    } | changes  # fmt: skip
    return list(cells.values())


def load(*rows: list[str]) -> fiscal.Imported:
    data = write_sheet(fiscal.HEADERS, rows)
    return fiscal.import_file(clerk=make_clerk(), data=data, now=NOW)


def test_receipt_gets_its_number_and_link() -> None:
    order = paid_order()
    assert load(row(order)) == fiscal.Imported(1, 0, ())
    found = FiscalReceipt.objects.get()
    assert (found.receipt.order, found.number, found.link) == (order, "8001", LINK)


def test_same_file_again_changes_nothing() -> None:
    order = paid_order()
    load(row(order))
    assert load(row(order)) == fiscal.Imported(0, 1, ())


def test_student_reads_it_where_it_said_not_yet(client: Client) -> None:
    order = paid_order()
    client.force_login(order.payer)
    page = f"/payments/orders/{order.number}/"
    assert "待开具" in client.get(page).content.decode()
    load(row(order))
    text = client.get(page).content.decode()
    assert ("待开具" in text, f'href="{LINK}"' in text) == (False, True)


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"订单号": "ZZJF0"}, "订单号", "这个订单没有收款。"),
        ({"金额": "399"}, "金额", "金额或交易号与收款记录不同。"),
        ({"金额": "四百"}, "金额", "应是金额，如 400.00。"),
        ({"交易号": "T-x"}, "金额", "金额或交易号与收款记录不同。"),
        ({"票据号码": ""}, "票据号码", "票据号码要填，不超过 40 个字符。"),
        ({"票据号码": "8" * 41}, "票据号码", "票据号码要填，不超过 40 个字符。"),
        ({"票据号码": "1.23E+18"}, "票据号码",
         "号码被表格软件改成了科学计数法，请把这一列设为文本再导出。"),
        ({"票据链接": "javascript:alert(1)"}, "票据链接", "应是 http 或 https 开头的链接。"),
    ],
)  # fmt: skip
def test_one_bad_row_keeps_the_whole_file_out(
    changes: dict[str, str], column: str, reason: str
) -> None:
    good, bad = paid_order(), paid_order()
    found = load(row(good), row(bad, **({"票据号码": "8002"} | changes)))
    assert [(fault.row, fault.column, fault.reason) for fault in found.faults] == [
        (3, column, reason)
    ]
    assert FiscalReceipt.objects.count() == 0


def test_other_number_for_the_same_receipt_is_refused() -> None:
    order = paid_order()
    load(row(order))
    assert load(row(order, 票据号码="8009")).faults[0].reason == "这笔收款已有票据 8001。"


def test_number_of_another_receipt_is_refused() -> None:
    first, second = paid_order(), paid_order()
    load(row(first))
    assert load(row(second)).faults[0].reason == "这个票据号码已用于另一笔收款。"


def test_number_twice_in_one_file_is_refused() -> None:
    faults = load(row(paid_order()), row(paid_order())).faults
    assert [fault.reason for fault in faults] == ["这个票据号码在文件里出现了两次。"]


def test_order_paid_twice_needs_the_trade_number() -> None:
    order = paid_order()
    pay(order)
    assert load(row(order)).faults[0].column == "交易号"
    assert load(row(order, 交易号=f"T-{order.pk}")).stored == 1


def test_template_has_the_headers() -> None:
    assert read_sheet(fiscal.template()) == [list(fiscal.HEADERS)]


@pytest.mark.parametrize(
    ("data", "code"),
    [(write_sheet(["订单号"], []), "sheet.headers"), (b"PK\x03\x04broken", "sheet.unreadable")],
)
def test_file_that_cannot_be_read(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        fiscal.import_file(clerk=make_clerk(), data=data, now=NOW)
    assert caught.value.code == code


def test_page_names_the_rows(client: Client) -> None:
    client.force_login(make_clerk())
    page = reverse("admin:payments_fiscalreceipt_import")
    data = write_sheet(fiscal.HEADERS, [row(paid_order(), 金额="1")])
    answer = client.post(page, {"file": SimpleUploadedFile("p.xlsx", data)})
    text = answer.content.decode()
    assert (answer.status_code, "金额或交易号与收款记录不同。" in text) == (409, True)
    assert client.post(page, {}).status_code == 400
    assert (
        client.post(page, {"file": SimpleUploadedFile("p.xlsx", b"PK\x03\x04")}).status_code == 400
    )


def test_page_asks_before_it_complains(client: Client) -> None:
    client.force_login(make_clerk())
    text = client.get(reverse("admin:payments_fiscalreceipt_import")).content.decode()
    assert "没有选文件" not in text


def test_page_imports(client: Client) -> None:
    client.force_login(make_clerk())
    data = write_sheet(fiscal.HEADERS, [row(paid_order())])
    file = SimpleUploadedFile("p.xlsx", data)
    answer = client.post(reverse("admin:payments_fiscalreceipt_import"), {"file": file})
    assert (answer.status_code, FiscalReceipt.objects.count()) == (302, 1)
