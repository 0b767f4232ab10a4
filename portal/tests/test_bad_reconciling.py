"""Reconciling by hand, twice, or with rubbish: told in words, and nothing changes."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from payments.reconcile.models import HeaderMapping
from payments.reconcile.services.handling import handle_row
from payments.reconcile.states import Group, UploadState
from payments.reconcile.tests.paper import CANDIDATE, make_row, make_upload
from portal.tests.people import browser_of, user
from portal.tests.refusing import nothing_changes, said

pytestmark = pytest.mark.usefixtures("college")
LONG = "长" * 201
DONE = [
    UploadState.READING,
    UploadState.MAPPING,
    UploadState.REFUSED,
    UploadState.APPLIED,
    UploadState.DISCARDED,
]


def post(path: str, data: Mapping[str, object] | None = None) -> tuple[int, str]:
    """What finance is told: on the page itself, or on the one it is sent to."""
    answer = browser_of("finance").post(f"/reconcile/{path}", data or {}, follow=True)
    return said(answer)


@pytest.mark.parametrize("move", ["confirm", "release", "send-back", "stop"])
@pytest.mark.parametrize("state", DONE)
def test_moves_of_a_file_that_does_not_wait(move: str, state: UploadState) -> None:
    upload = make_upload(state, by=user("finance2"))
    with nothing_changes():
        answer = browser_of("finance").post(f"/reconcile/files/{upload.pk}/{move}/")
    assert answer.status_code == 302


@pytest.mark.parametrize("move", ["confirm", "again", "stop"])
def test_moves_of_a_file_that_waits_for_release(move: str) -> None:
    upload = make_upload(UploadState.WAITING, by=user("finance2"))
    if move == "again":
        upload = make_upload(UploadState.APPLIED, by=user("finance2"))
    with nothing_changes():
        assert (
            browser_of("finance").post(f"/reconcile/files/{upload.pk}/{move}/").status_code == 302
        )


def test_releasing_what_one_confirmed_oneself() -> None:
    upload = make_upload(UploadState.WAITING, by=user("finance"))
    with nothing_changes():
        answer = browser_of("finance").post(f"/reconcile/files/{upload.pk}/release/", follow=True)
    assert "确认和复核要由两个人来做。" in answer.content.decode()


@pytest.mark.parametrize("state", [UploadState.READING, UploadState.APPLIED])
def test_discarding_what_is_under_way_or_done(state: UploadState) -> None:
    upload = make_upload(state, by=user("finance"))
    with nothing_changes():
        status, sentence = post(f"files/{upload.pk}/discard/")
    assert status == 409
    assert sentence


@pytest.mark.parametrize("move", ["confirm", "release", "send-back", "stop", "again", "discard"])
def test_file_there_is_none_of(move: str) -> None:
    with nothing_changes():
        assert post(f"files/1/{move}/") == (404, "没有找到这个文件。")


def test_upload_of_nothing() -> None:
    with nothing_changes():
        assert post("upload/") == (400, "有 1 处需要修改")


def test_upload_of_an_empty_file() -> None:
    with nothing_changes():
        answer = browser_of("finance").post(
            "/reconcile/upload/", {"file": SimpleUploadedFile("空.csv", b"")}, follow=True
        )
    assert "这个文件是空的。" in answer.content.decode()


def test_upload_of_too_many_files() -> None:
    files = [SimpleUploadedFile(f"{number}.csv", b"x") for number in range(21)]
    with nothing_changes():
        answer = browser_of("finance").post("/reconcile/upload/", {"file": files})
    assert answer.status_code == 400
    assert "一次最多 20 个文件，选了 21 个。" in answer.content.decode()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({}, "还没有指出订单号和金额（元）是哪一列。"),
        ({"column_0": "order_number"}, "还没有指出金额（元）是哪一列。"),
        ({"column_0": "order_number", "column_1": "order_number"}, "有 1 处需要修改"),
        ({"column_0": "rm -rf", "column_1": "amount"}, "有 1 处需要修改"),
    ],
    ids=["nothing", "no amount", "twice", "rubbish"],
)
def test_columns_that_make_no_table(answer: dict[str, object], sentence: str) -> None:
    upload = make_upload(UploadState.MAPPING, by=user("finance"), candidates=[CANDIDATE])
    with nothing_changes():
        assert post(f"files/{upload.pk}/mapping/keep/?row=99", answer) == (400, sentence)


def test_columns_of_a_file_that_has_none_to_explain() -> None:
    upload = make_upload(by=user("finance"))
    answer = {"column_0": "order_number", "column_1": "amount"}
    with nothing_changes():
        assert post(f"files/{upload.pk}/mapping/keep/", answer) == (404, "这个文件不用指出各列。")


def test_changing_an_answer_into_none() -> None:
    columns = {"流水": "order_number", "钱数": "amount"}
    row = HeaderMapping.objects.create(
        fingerprint="f" * 64,
        headers=list(columns),
        columns=columns,
        mapped_by=user("finance"),
        mapped_at=timezone.now(),
    )
    with nothing_changes():
        status, sentence = post(f"mappings/{row.pk}/change/")
    assert (status, sentence) == (400, "还没有指出订单号和金额（元）是哪一列。")


@pytest.mark.parametrize("note", ["", "   ", LONG, "x\0"], ids=["none", "blank", "long", "nul"])
def test_note_that_is_none(note: str) -> None:
    upload = make_upload(UploadState.APPLIED, by=user("finance"))
    row = make_row(upload, Group.UNKNOWN)
    with nothing_changes():
        assert post(f"differences/rows/{row.pk}/handle/", {"note": note})[0] == 400


@pytest.mark.parametrize("reason", ["", "  ", LONG, "x\0"], ids=["none", "blank", "long", "nul"])
def test_taking_back_without_a_reason(reason: str) -> None:
    upload = make_upload(UploadState.APPLIED, by=user("finance"))
    by, now = user("finance2").pk, timezone.now()
    one = handle_row(make_row(upload, Group.UNKNOWN).pk, "查清", actor_id=by, now=now)
    with nothing_changes():
        assert post(f"differences/handlings/{one.pk}/withdraw/", {"reason": reason})[0] == 200
        assert post("differences/handlings/999999/withdraw/", {"reason": "错"})[0] == 404


def test_sealing_a_day_that_is_not_over() -> None:
    today = timezone.localdate()
    with nothing_changes():
        status, sentence = post(f"days/finance/{today}/seal/", {"note": "没有账单"})
    assert status == 409
    assert sentence


def test_sealing_with_a_note_that_is_too_long() -> None:
    day = timezone.localdate() - timedelta(days=1)
    with nothing_changes():
        assert post(f"days/finance/{day}/seal/", {"note": LONG})[0] == 400


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=x", "q=%25", "q=" + "1" * 500, "kind=x", "handled=maybe", "state=x", "row=x"],
)
@pytest.mark.parametrize("path", ["", "differences/", "days/"])
def test_pages_with_rubbish_in_the_address(path: str, query: str) -> None:
    assert browser_of("finance").get(f"/reconcile/{path}?{query}").status_code == 200
