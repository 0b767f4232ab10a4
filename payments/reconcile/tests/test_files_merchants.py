"""A channel's bill is ours only when it is of our account there."""

import pytest

from payments.reconcile.files.row import FileRefused
from payments.reconcile.tests.files_made import (
    Desk,
    alipay,
    as_csv,
    as_xlsx,
    statement,
    wechat,
    wechat_cells,
)

OURS = {"wechat": "1900000001", "alipay": "2088000000000001"}
THEIRS = {"wechat": "1900000002", "alipay": "2088000000000009"}
BILLS = {"wechat": wechat(), "alipay": alipay()}


@pytest.mark.parametrize("channel", BILLS)
def test_our_own_bill_is_read(desk: Desk, channel: str) -> None:
    desk.merchants = OURS
    assert desk.clean(BILLS[channel])[0].channel == channel


@pytest.mark.parametrize("channel", BILLS)
def test_bill_of_another_merchant_is_refused_whole(desk: Desk, channel: str) -> None:
    desk.merchants = THEIRS
    with pytest.raises(FileRefused) as refused:
        desk.readings(BILLS[channel])
    assert refused.value.code == "other_merchant"
    assert OURS[channel] in refused.value.sentence
    assert THEIRS[channel] in refused.value.sentence


@pytest.mark.parametrize("channel", BILLS)
def test_college_without_an_account_there_compares_nothing(desk: Desk, channel: str) -> None:
    desk.merchants = {channel: ""}
    assert desk.clean(BILLS[channel])[1]


def test_one_row_of_another_merchant_is_enough(desk: Desk) -> None:
    desk.merchants = OURS
    rows = [wechat_cells(at) for at in range(600)]
    rows[599] |= {"商户号": THEIRS["wechat"], "订单金额": "350.0"}
    with pytest.raises(FileRefused, match="商户 1900000002"):
        desk.readings(wechat("ALL", *rows))


def test_bill_saved_again_by_excel_keeps_its_merchant(desk: Desk) -> None:
    lines = wechat().decode("utf-8-sig").split("\r\n")[:-1]
    between = {True: ",`", False: ","}
    cells: list[list[str | float]] = [
        list(line.removeprefix("`").split(between[line.startswith("`")])) for line in lines
    ]
    at = cells[0].index("商户号")
    for row in cells[1:3]:
        row[at] = float(row[at])
    desk.merchants = OURS
    assert len(desk.clean(as_xlsx(cells))[1]) == 2
    desk.merchants = THEIRS
    with pytest.raises(FileRefused, match="商户 1900000001"):
        desk.readings(as_xlsx(cells))


def test_statement_of_the_college_names_no_merchant(desk: Desk) -> None:
    desk.merchants = THEIRS
    assert desk.clean(as_csv(statement()))[1]
