"""Files, rows, decisions, headers and seals in admin: to read and to find, for finance."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from payments.models import Order
from payments.reconcile.files.row import Field
from payments.reconcile.models import DayClose, Handling, HeaderMapping, Upload, UploadRow
from payments.reconcile.services.closing import seal
from payments.reconcile.services.handling import handle_row
from payments.reconcile.services.mapping import remember
from payments.reconcile.states import Group
from payments.reconcile.tests.paper import make_fault, make_row, make_upload
from payments.reconcile.tests.statements import LATER, apply, content, listed, preview
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from portal.accounts.models import User

pytestmark = pytest.mark.django_db
STRANGE = "ZZJF20250423000000000001"
SHOWN = {
    Upload: "a.csv",
    UploadRow: STRANGE,
    Handling: "渠道误入",
    HeaderMapping: "流水 → 订单号",
    DayClose: "¥401.00",
}


@pytest.fixture
def order() -> Order:
    return make_order([make_charge(make_payer())])


@pytest.fixture
def day(clerk: User, order: Order) -> Upload:
    """A file about an order and about a number nobody ordered; decided and sealed."""
    upload = apply(preview([listed(order, "T-1"), listed(STRANGE, "T-2")], clerk.pk), clerk.pk)
    [row] = upload.rows.filter(order_number=STRANGE)
    handle_row(row.pk, "渠道误入", actor_id=clerk.pk, now=LATER)
    columns = {"流水": Field.ORDER_NUMBER, "钱数": Field.AMOUNT}
    remember("f", list(columns), columns, actor_id=clerk.pk, now=LATER)
    seal("finance", NOW.date(), actor_id=clerk.pk, now=NOW + timedelta(days=1), note="查清")
    return upload


def page(browser: Client, model: type, *args: object, **query: str) -> str:
    """A list, or the page of one row."""
    name = "change" if args else "changelist"
    address = reverse(f"admin:reconcile_{model.__name__.lower()}_{name}", args=args)
    answer = browser.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("model", SHOWN, ids=lambda model: model.__name__)
def test_finance_looks_them_up(finance: Client, day: Upload, model: type) -> None:
    assert day.row_count == 2
    row = model._default_manager.order_by("-pk").first()  # type: ignore[attr-defined]
    for shown in (page(finance, model), page(finance, model, row.pk)):
        assert SHOWN[model] in shown  # type: ignore[index]
        assert "王同学" not in shown
    address = reverse(f"admin:reconcile_{model.__name__.lower()}_delete", args=[row.pk])
    assert finance.post(address).status_code == 403


@pytest.mark.parametrize(
    ("model", "found", "lost"),
    [
        (Upload, "a.cs", "b.csv"),
        (UploadRow, STRANGE, STRANGE[:-1]),
        (Handling, "误入", "补传"),
        (DayClose, "查清", "没有"),
    ],
    ids=lambda one: getattr(one, "__name__", None),
)
def test_they_are_found(finance: Client, day: Upload, model: type, found: str, lost: str) -> None:
    assert day.pk
    hits = [f">{SHOWN[model]}<" in page(finance, model, q=q) for q in (found, lost)]  # type: ignore[index]
    assert hits == [True, False]


def test_rows_of_no_file_are_those_that_differ(finance: Client, day: Upload, order: Order) -> None:
    every, differing = page(finance, UploadRow, file=str(day.pk)), page(finance, UploadRow)
    assert (order.number in every, STRANGE in every) == (True, True)
    assert (order.number in differing, STRANGE in differing) == (False, True)


def test_row_that_could_not_be_read_says_why(finance: Client, clerk: User) -> None:
    row = make_fault(make_upload(by=clerk), "金额", "3OO.00", "含字母 O，", "改成 300.00")
    assert row.order_number in page(finance, UploadRow, file=str(row.upload_id))
    assert row.order_number not in page(finance, UploadRow)  # not a difference yet
    assert "金额：含字母 O，改成 300.00" in page(finance, UploadRow, row.pk)


def test_row_leads_to_its_page_on_the_workbench(finance: Client, day: Upload, order: Order) -> None:
    settled, strange = (day.rows.get(order_number=number) for number in (order.number, STRANGE))
    assert reverse("reconcile:row", args=[strange.pk]) in page(finance, UploadRow, strange.pk)
    group = reverse("reconcile:rows", args=[day.pk, "settle"])
    assert group in page(finance, UploadRow, settled.pk)


def test_file_sent_from_admin_goes_on_at_the_workbench(finance: Client, order: Order) -> None:
    assert f'action="{reverse("reconcile:upload")}"' in page(finance, Upload)
    file = SimpleUploadedFile("a.csv", content([listed(order, "T-1")]))
    answer = finance.post(reverse("reconcile:upload"), {"file": file})
    sent = Upload.objects.get()
    assert answer.headers["Location"] == reverse("reconcile:file", args=[sent.pk])


def test_statements_of_the_rows_do_not_grow(
    finance: Client, clerk: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in (1, 20):
        upload = make_upload(by=clerk)
        for _ in range(number):
            make_row(upload, Group.UNKNOWN)
        with django_assert_max_num_queries(12):
            page(finance, UploadRow, file=str(upload.pk))
