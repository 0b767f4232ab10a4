"""Names on the workbench: whole for finance, masked for whoever else may look."""

from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from payments.models import Order
from payments.reconcile.models import Upload
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import (
    CANDIDATE,
    count_groups,
    make_fault,
    make_row,
    make_upload,
    take_further,
)
from payments.reconcile.tests.statements import apply, listed, preview
from payments.tests.factories import NOW, make_charge, make_order, make_payer
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.lib import masking

pytestmark = pytest.mark.django_db
THEIRS = "王晓明"


@pytest.fixture
def overseer(client: Client) -> Client:
    """The browser of somebody who may look, but works with nobody's money."""
    client.force_login(User.objects.create(username="root", role=Role.ADMIN, password="!"))
    return client


@pytest.fixture
def order() -> Order:
    return make_order([make_charge(make_payer())])


@pytest.fixture
def upload(clerk: User, order: Order) -> Upload:
    """A row with another name than its order, one of nobody, both in a list of differences."""
    found = make_upload(by=clerk)
    make_row(found, Group.AMOUNT, order, payer_name=THEIRS, amount_fen=1, name_differs=True)
    make_row(found, Group.UNKNOWN, payer_name=THEIRS)
    return count_groups(found)


def addresses(upload: Upload, order: Order) -> list[str]:
    """Every page and workbook on which names stand."""
    row = upload.rows.order_by("pk")[0]
    return [
        reverse("reconcile:file", args=[upload.pk]),
        reverse("reconcile:rows", args=[upload.pk, "all"]),
        reverse("reconcile:rows_file", args=[upload.pk, "all"]),
        reverse("reconcile:row", args=[row.pk]),
        reverse("reconcile:differences"),
        reverse("reconcile:differences_file"),
        *(
            reverse(name, args=["finance", NOW.date()])
            for name in ("reconcile:day", "reconcile:day_file")
        ),
    ]


def text(browser: Client, address: str) -> str:
    """What a page or a workbook says."""
    answer = browser.get(address)
    assert answer.status_code == 200
    if "spreadsheet" not in answer.headers["Content-Type"]:
        return answer.content.decode()
    rows = load_workbook(BytesIO(answer.content)).worksheets[0].values
    return "\n".join(str(cell) for row in rows for cell in row)


def test_others_read_no_name_anywhere(overseer: Client, upload: Upload, order: Order) -> None:
    apply(preview([listed(order, "T-1")]))
    take_further(upload, UploadState.APPLIED)
    pages = [text(overseer, address) for address in addresses(upload, order)]
    for full in (THEIRS, order.payer.name, order.payer.username):
        assert [full in page for page in pages] == [False] * len(pages)
    assert masking.name(order.payer.name) in pages[1]


@pytest.mark.parametrize(("who", "shown"), [("finance", True), ("overseer", False)])
def test_a_cell_that_could_not_be_read_may_hold_a_name(
    who: str, shown: bool, clerk: User, request: pytest.FixtureRequest
) -> None:
    upload, browser = make_upload(by=clerk), request.getfixturevalue(who)
    row = make_fault(upload, "交易状态", THEIRS, f"“{THEIRS}”看不出是不是已经到账。", "改成“成功”")
    count_groups(upload)
    pages = [
        reverse("reconcile:file", args=[upload.pk]),
        *(reverse("reconcile:rows", args=[upload.pk, code]) for code in ("refused", "all")),
        reverse("reconcile:rows_file", args=[upload.pk, "all"]),
        reverse("reconcile:row", args=[row.pk]),
    ]
    assert [THEIRS in text(browser, page) for page in pages] == [shown] * len(pages)
    take_further(upload, UploadState.APPLIED)
    assert [THEIRS in text(browser, page) for page in pages] == [shown] * len(pages)


def test_finance_reads_them_whole(finance: Client, upload: Upload, order: Order) -> None:
    apply(preview([listed(order, "T-1")]))
    take_further(upload, UploadState.APPLIED)
    wanted = [order.payer.name in text(finance, one) for one in addresses(upload, order)[1:]]
    assert wanted == [True] * len(wanted)


@pytest.mark.parametrize(("who", "status"), [("finance", 200), ("overseer", 403)])
def test_files_with_whole_names(
    who: str, status: int, order: Order, request: pytest.FixtureRequest
) -> None:
    done = apply(preview([listed(order, "T-1")]))
    browser: Client = request.getfixturevalue(who)
    for name in ("original", "result"):
        answer = browser.get(reverse(f"reconcile:{name}", args=[done.pk]))
        assert answer.status_code == status
        assert b"".join(answer)


@pytest.mark.parametrize(("who", "shown"), [("finance", True), ("overseer", False)])
def test_samples_of_unknown_headers(who: str, shown: bool, request: pytest.FixtureRequest) -> None:
    made = make_upload(UploadState.MAPPING, candidates=[CANDIDATE])
    browser: Client = request.getfixturevalue(who)
    page = text(browser, reverse("reconcile:mapping", args=[made.pk]))
    assert ("王同学" in page) is shown
