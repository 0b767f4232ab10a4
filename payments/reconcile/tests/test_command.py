"""``manage.py reconcile``: the report as a table, its exit status, and the same file again."""

from pathlib import Path

import pytest
from django.core.management import call_command

from payments.models import Order
from payments.reconcile.models import Upload
from payments.reconcile.states import UploadState
from payments.reconcile.tests.statements import content, listed
from payments.states import OrderState
from payments.tests.factories import make_charge, make_order, make_payer

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    return make_order([make_charge(make_payer())])


def run(
    folder: Path, capsys: pytest.CaptureFixture[str], *lines: str, apply: bool = False
) -> tuple[int, str]:
    """Exit status and everything printed."""
    path = folder / "a.csv"
    path.write_bytes(content(lines))
    status = 0
    try:
        call_command("reconcile", str(path), apply=apply)
    except SystemExit as end:
        status = int(str(end.code))
    said = capsys.readouterr()
    return status, said.out + said.err


def test_preview_changes_nothing(
    order: Order, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, said = run(tmp_path, capsys, listed(order, "T-1"))
    assert (status, said.splitlines()[:3]) == (
        0,
        ["a.csv：待确认", "分组    行数     金额", "将入账     1  ¥400.00"],
    )
    order.refresh_from_db()
    assert order.state == OrderState.OPEN


def test_applied_after_its_preview(
    order: Order, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, capsys, listed(order, "T-1"))
    status, said = run(tmp_path, capsys, listed(order, "T-1"), apply=True)
    assert (status, Upload.objects.get().state) == (0, UploadState.APPLIED)
    assert "已由系统于" in said
    order.refresh_from_db()
    assert order.state == OrderState.PAID


def test_refused_row_is_told_and_counts(
    order: Order, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = listed(order, "T-1").replace("400.00", "400.001")
    status, said = run(tmp_path, capsys, wrong)
    assert status == 1
    assert "第 2 行 金额（元）「400.001」" in said


def test_file_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("reconcile", str(tmp_path / "none.csv"))
    assert (end.value.code, "打不开" in capsys.readouterr().err) == (2, True)
