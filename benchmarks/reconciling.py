"""The steps of the benchmark of reconciliation; needs Django set up for the scratch database."""

import csv
import resource
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import connection
from django.utils import timezone
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from benchmarks import scratch
from benchmarks.counting import Counter
from benchmarks.open_orders import CHANNEL, open_orders
from benchmarks.replay import replay_alone
from payments.models import Receipt, Surplus
from payments.reconcile import applying, finishing, matching, staging
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.services import uploads
from payments.reconcile.services.applying import confirm
from payments.reconcile.services.reading import read_upload
from payments.states import ReceiptKind, SurplusReason
from portal.jobs.models import Job

LINES = 2  # courses an order
FEE_FEN = 30_000
SETTLING = 0.3  # of the rows; the others are known already
HEADER = ("订单号", "交易流水号", "学号", "姓名", "缴费项目", "金额（元）", "缴费时间")
BATCH = 5000

Told = dict[str, Any]


def build(path: Path, rows: Path) -> Told:
    """Open orders, receipts from before, and a file about both."""
    total = int(str(rows))
    settling = int(total * SETTLING)
    now = timezone.now()
    opened = open_orders("R", settling, LINES, now)
    known = [f"K{now:%Y%m%d%H%M%S}{at:07d}" for at in range(total - settling)]
    for start in range(0, len(known), BATCH):
        before = Receipt.objects.bulk_create(_known(known[start : start + BATCH], now))
        Surplus.objects.bulk_create(_kept(before, now))
    lines = _lines([*opened.numbers, *known], now)
    _write(path, lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {"rows": settling}


def _known(numbers: list[str], now: datetime) -> list[Receipt]:
    return [
        Receipt(
            channel=CHANNEL, kind=ReceiptKind.PAYMENT, trade_number=f"T{number}",
            order_number=number, amount_fen=LINES * FEE_FEN, paid_at=now, recorded_at=now,
        )
        for number in numbers
    ]  # fmt: skip


def _kept(receipts: list[Receipt], now: datetime) -> list[Surplus]:
    """Nobody ordered them, so finance has their money."""
    reason = SurplusReason.UNKNOWN_ORDER
    return [
        Surplus(receipt=one, reason=reason, amount_fen=one.amount_fen, opened_at=now)
        for one in receipts
    ]


def _lines(numbers: list[str], now: datetime) -> Iterator[tuple[str, ...]]:
    """Settling and known rows mixed as they would be, each about one order."""
    at = f"{timezone.localtime(now):%Y-%m-%d %H:%M:%S}"
    step = 7919  # prime: visits every order once
    for place in range(len(numbers)):
        number = numbers[place * step % len(numbers)]
        yield number, f"T{number}", "", "", "重修费", f"{LINES * FEE_FEN / 100:.2f}", at


def _write(path: Path, lines: Iterator[tuple[str, ...]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([HEADER, *lines])
        return
    book = Workbook(write_only=True)
    sheet = book.create_sheet("明细")
    sheet.append(HEADER)
    for line in lines:
        sheet.append(line)
    book.save(path)


def bare(path: Path) -> Told:
    """Merely read the file."""
    begun = time.perf_counter()
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows: Any = list(csv.reader(file))
    else:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows
    return {"seconds": time.perf_counter() - begun, "peak": _peak()}


def preview(path: Path) -> Told:
    """Upload, read, match, keep."""
    spent = Spent()
    spent.watch(staging, "add", "read")
    spent.watch(matching, "match", "match")
    begun = time.perf_counter()
    with path.open("rb") as file:
        upload = uploads.store(File(file), path.name, actor_id=None, now=timezone.now())
    read_upload(upload.pk, timezone.now)
    seconds = time.perf_counter() - begun
    upload.refresh_from_db()
    assert upload.state == "preview", (upload.state, upload.refusal)
    return {"seconds": seconds, "peak": _peak(), **spent.seconds}


def apply() -> Told:
    """Confirm, settle batch by batch, write the workbook."""
    upload = _confirmed()
    begun = time.perf_counter()
    _settle(upload)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    finishing.finish(upload.pk, timezone.now(), incomplete=False)
    return {"seconds": seconds, "finish": time.perf_counter() - begun, "peak": _peak()}


def writes() -> Told:
    """The statements of the application again, bare."""
    upload = _confirmed()
    url = _address()
    connection.close()  # a database can be copied only while nobody is in it
    with scratch.clone(url, "portal_reconcile_replay") as untouched:
        counter = Counter()
        with connection.execute_wrapper(counter):
            _settle(upload)
        return {"seconds": replay_alone(untouched, counter.statements)}


def _confirmed() -> Upload:
    upload = Upload.objects.get()
    confirm(upload.pk, actor_id=None, now=timezone.now())
    # The one who measures is the worker.
    Job.objects.filter(pk__gt=0).update(seen_at=timezone.now())
    upload.refresh_from_db()
    return upload


def _settle(upload: Upload) -> None:
    rows = UploadRow.objects.filter(upload=upload, batch__isnull=False)
    for batch in rows.order_by("batch").values_list("batch", flat=True).distinct():
        applying.apply_batch(upload, batch or 0, timezone.now())


def _address() -> str:
    known = connection.settings_dict
    host, port, name = known["HOST"], known["PORT"], known["NAME"]
    return f"postgresql://{known['USER']}:{known['PASSWORD']}@{host}:{port}/{name}"


class Spent:
    """Seconds spent in functions of modules, summed by name."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def watch(self, module: Any, name: str, word: str) -> None:
        """Put a clock around a function of a module."""
        function: Callable[..., Any] = getattr(module, name)
        self.seconds[word] = 0.0

        def timed(*args: Any) -> Any:
            begun = time.perf_counter()
            try:
                return function(*args)
            finally:
                self.seconds[word] += time.perf_counter() - begun

        setattr(module, name, timed)


def _peak() -> float:
    """The largest this process and any of its children were, together, in MB."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(kind).ru_maxrss for kind in kinds) / 1024


STEPS: dict[str, Callable[..., Told]] = {
    "build": build, "bare": bare, "preview": preview, "apply": apply, "writes": writes,
}  # fmt: skip
