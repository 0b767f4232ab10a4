"""Totals that a file states, next to what its rows come to."""

import pytest

from payments.gateways import alipay_bill
from payments.reconcile.files.row import FileRefused, Stated
from payments.reconcile.tests.files_made import (
    Desk,
    Row,
    alipay,
    as_csv,
    as_xlsx,
    entry,
    finance,
    order,
    row,
    statement,
    wechat,
    wechat_cells,
)


def total(amount: str | float, label: str = "合计", beside: str = "") -> Row:
    """A closing row of the college's statement."""
    return [label, beside, "", "", "", amount, "", ""]


def stated(desk: Desk, *closing: Row) -> list[Stated]:
    """What a file of three rows of 350 yuan states."""
    return list(desk.clean(as_csv([*statement(), *closing]))[0].summary.stated)


@pytest.mark.parametrize("label", ["合计", "总计", "合  计", "合计：", "共计", "合计（元）"])
def test_a_total_is_cross_checked_and_is_no_row(desk: Desk, label: str) -> None:
    [one] = stated(desk, total("1,050.00", label))
    assert (one.place, one.stated, one.counted, one.agrees) == (5, 105_000, 105_000, True)


def test_a_total_of_a_sheet_is_a_number(desk: Desk) -> None:
    table, rows = desk.clean(as_xlsx([*statement(), total(1050.0)]))
    assert (len(rows), table.summary.agrees) == (3, True)


def test_a_total_that_differs_shows_both(desk: Desk) -> None:
    table, _ = desk.clean(as_csv([*statement(), total("1050.01")]))
    [one] = table.summary.stated
    assert (one.stated, one.counted, table.summary.agrees) == (105_001, 105_000, False)


def test_a_count_is_cross_checked_too(desk: Desk) -> None:
    right, wrong = (stated(desk, total("1050.00", beside=beside)) for beside in ("3", "4"))
    assert [(one.is_count, one.agrees) for one in right] == [(True, True), (False, True)]
    assert [(one.is_count, one.agrees) for one in wrong] == [(True, False), (False, True)]


def test_a_total_within_words_is_read(desk: Desk) -> None:
    found = stated(desk, ["合计：3 笔，¥1,050.00 元", *[""] * 7])
    assert [(one.stated, one.agrees) for one in found] == [(3, True), (105_000, True)]


def test_subtotals_count_from_the_last_one(desk: Desk) -> None:
    rows = [
        *statement(row(1), row(2)),
        total("700.00", "小计"),
        row(3),
        total("350.00", "本页小计"),
    ]
    table, found = desk.clean(as_csv([*rows, total("1050.00")]))
    assert len(found) == 3
    assert [one.agrees for one in table.summary.stated] == [True] * 3


def test_what_went_back_may_be_taken_off_a_total(desk: Desk) -> None:
    header = ("订单号", "金额", "交易类型")
    rows = [(order(1), "350.00", "缴费"), (order(2), "-100.00", "退款")]
    for told in ("350.00", "250.00"):
        table, _ = desk.clean(as_csv([header, *rows, ("合计", told, "")]))
        assert table.summary.agrees is True
    assert (table.summary.payments_fen, table.summary.refunds_fen) == (35_000, 10_000)


def test_a_total_cannot_be_checked_beside_an_amount_nobody_knows(desk: Desk) -> None:
    table, _ = desk.only(as_csv([*statement(row(1), row(2, 实缴金额="x")), total("700.00")]))
    assert (table.summary.agrees, table.summary.faults) == (None, 1)


def test_a_faulty_row_whose_amount_is_certain_counts_in_a_total(desk: Desk) -> None:
    table, _ = desk.only(as_csv([*statement(row(1), row(2, 缴费单号="")), total("700.00")]))
    assert table.summary.agrees is True
    assert (table.summary.payments_fen, table.summary.faults_fen) == (35_000, 35_000)


def test_a_row_with_an_order_is_a_row_whatever_its_words(desk: Desk) -> None:
    assert len(desk.rows(as_csv(statement(row(1, 姓名="合计"))))) == 1


def test_a_file_without_totals_neither_agrees_nor_differs(desk: Desk) -> None:
    summary = desk.clean(as_csv(statement()))[0].summary
    assert (summary.stated, summary.agrees) == ((), None)


def test_the_days_of_a_file_are_those_of_its_rows(desk: Desk) -> None:
    body = as_csv(statement(row(1), row(2, 缴费时间="2025-11-01"), row(3, 缴费时间="")))
    summary = desk.clean(body)[0].summary
    assert (str(summary.first_day), str(summary.last_day)) == ("2025-11-01", "2025-11-03")


BACK = wechat("ALL", wechat_cells(1, back=True))
DIFFERENT = {
    "finance sum": finance(entry(1)).replace(b"1,,,,350.00", b"1,,,,350.01"),
    "finance count": finance(entry(1)).replace("合计,1,".encode(), "合计,2,".encode()),
    "wechat count": wechat().replace(b"`2,", b"`3,"),
    "wechat sum": wechat().replace(b"`700.00,", b"`700.01,", 1),
    "wechat refunds": BACK.replace(b",`100.00\r\n", b",`9.00\r\n"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_channels_sums_are_cross_checked(desk: Desk, what: str) -> None:
    table, rows = desk.only(DIFFERENT[what])
    assert rows
    assert table.summary.agrees is False


@pytest.mark.parametrize(("told", "wrong"), [("共700.00元", "共700.01元"), ("：2笔", "：3笔")])
def test_alipays_sums_are_cross_checked(desk: Desk, told: str, wrong: str) -> None:
    detail = alipay_bill.unpack(alipay())
    table, _ = desk.clean(detail.replace(told, wrong, 1).encode("gbk"))
    assert table.summary.agrees is False


CUT = {
    "finance": finance(entry(1), entry(2)).split("合计".encode())[0],
    "wechat": wechat().split("总交易单数".encode())[0],
    "wechat sums": wechat().rsplit(b"`2,", 1)[0],
    "empty": finance().split("合计".encode())[0],
}


@pytest.mark.parametrize("what", CUT)
def test_a_channels_file_without_its_end_is_refused(desk: Desk, what: str) -> None:
    with pytest.raises(FileRefused) as told:
        desk.only(CUT[what])
    assert told.value.code == "truncated"
