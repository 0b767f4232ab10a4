"""A file on its way: progress, what was stopped half-way, and headers explained again."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from payments.reconcile.models import HeaderMapping, RowOutcome, Upload
from payments.reconcile.models.uploads import LEASE
from payments.reconcile.pages.ways import left, moving
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import count_groups, make_row, make_upload, take_further
from payments.tests.factories import NOW
from portal.accounts.models import User
from portal.jobs import services as jobs
from portal.jobs.models import Job

pytestmark = pytest.mark.django_db


def a_job(upload: Upload, clerk: User, rows: int) -> Job:
    params = {"upload": upload.pk, "rows": rows}
    return jobs.start(
        kind="reconcile", title="入账", params=params, keys=["0"], user_id=clerk.pk, now=NOW
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (0, "1 秒"), (40, "40 秒"), (60, "1 分钟"), (61, "2 分钟"), (3600, "60 分钟")],
)
def test_time_left_in_words(seconds: int | None, words: str) -> None:
    assert left(seconds) == words


def test_page_of_an_application(finance: Client, clerk: User) -> None:
    upload = make_upload(by=clerk)
    take_further(upload, UploadState.APPLYING, clerk, job=a_job(upload, clerk, rows=7))
    page = finance.get(reverse("reconcile:file", args=[upload.pk])).content.decode()
    assert "已处理 0 行，共 7 行" in page
    assert "先不入账" in page


@pytest.mark.parametrize(
    ("silent", "words"),
    [
        (5, "先看清每一行，再和订单比对。"),
        (30, "读取没有动静，可能是后台刚刚重启。最迟 10:03 会自动从头再读，不用重新上传。"),
        (600, "读取没有动静，可能是后台刚刚重启。最迟 10:11 会自动从头再读，不用重新上传。"),
    ],
    ids=["at work", "silent", "nobody came"],
)
def test_page_says_when_a_silent_reader_is_replaced(silent: int, words: str) -> None:
    heard = datetime(2025, 4, 23, 2, 0, tzinfo=UTC)  # ten o'clock in Shanghai
    upload = Upload(state=UploadState.READING, uploaded_at=heard, leased_until=heard + LEASE)
    assert moving(upload, heard + timedelta(seconds=silent)).sentence.startswith(words)


def test_fragment_reloads_the_page_once_it_is_over(finance: Client, clerk: User) -> None:
    upload = make_upload(UploadState.REFUSED, by=clerk)
    answer = finance.get(reverse("reconcile:progress", args=[upload.pk]))
    assert answer.headers["HX-Refresh"] == "true"


def test_what_was_stopped_can_only_be_finished(finance: Client, clerk: User) -> None:
    upload = make_upload(by=clerk)
    row = make_row(upload, Group.UNKNOWN)
    make_row(upload, Group.UNKNOWN)
    count_groups(upload)
    RowOutcome.objects.create(row=row, upload=upload, group=Group.UNKNOWN, applied_at=NOW)
    take_further(upload, UploadState.PREVIEW, clerk, job=a_job(upload, clerk, rows=2))
    page = finance.get(reverse("reconcile:file", args=[upload.pk])).content.decode()
    assert "停下以前已有 1 行入账" in page
    assert "不要这个文件" not in page


def test_answer_about_headers_is_changed(finance: Client, clerk: User) -> None:
    row = HeaderMapping.objects.create(
        fingerprint="f" * 64,
        headers=["流水", "钱数", "备注"],
        columns={"流水": "order_number", "备注": "amount"},
        mapped_by=clerk,
        mapped_at=NOW - timedelta(days=1),
    )
    assert "备注 → 金额（元）" in finance.get(reverse("reconcile:mappings")).content.decode()
    answer = {"column_0": "order_number", "column_1": "amount", "column_2": ""}
    page = finance.get(reverse("reconcile:remembered", args=[row.pk])).content.decode()
    assert page.count(f"{clerk.name}于 ") == 1
    assert "内容" not in page  # there is no file to show any of
    finance.post(reverse("reconcile:mapping_change", args=[row.pk]), answer)
    row.refresh_from_db()
    assert row.columns == {"流水": "order_number", "钱数": "amount"}
    said = "流水 → 订单号，钱数 → 金额（元）"
    assert said in finance.get(reverse("reconcile:mappings")).content.decode()
