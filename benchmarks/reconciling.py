"""The steps of the benchmark of reconciliation; needs Django set up for the scratch database."""

import csv
import io
import resource
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files import File
from django.db import connection
from django.utils import timezone
from python_calamine import CalamineWorkbook

from benchmarks import scratch
from benchmarks.counting import Counter
from benchmarks.open_orders import CHANNEL, open_orders
from benchmarks.replay import replay_alone
from payments.models import Receipt, Surplus
from payments.reconcile import applying, finishing, staging
from payments.reconcile.files.testing import large
from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.services import uploads
from payments.reconcile.services.applying import confirm
from payments.reconcile.services.reading import read_upload
from payments.states import ReceiptKind, SurplusReason
from portal.accounts.models import User
from portal.jobs.models import Job

LINES = 2  # courses an order
FEE_FEN = 30_000
SETTLING = 0.3  # of the rows; the others are known already
HEADER = ("订单号", "交易流水号", "学号", "姓名", "缴费项目", "金额（元）", "缴费时间")
BATCH = 5000

Told = dict[str, Any]


def build(folder: Path, rows: Path) -> Told:
    """Open orders, receipts from before, and the same statement about both as xlsx and csv."""
    total = int(str(rows))
    settling = int(total * SETTLING)
    now = timezone.now()
    opened = open_orders("R", settling, LINES, now)
    known = [f"K{now:%Y%m%d%H%M%S}{at:07d}" for at in range(total - settling)]
    for start in range(0, len(known), BATCH):
        before = Receipt.objects.bulk_create(_known(known[start : start + BATCH], now))
        Surplus.objects.bulk_create(_kept(before, now))
    numbers = [*opened.numbers, *known]
    large.write_xlsx(folder / "statement.xlsx", _lines(numbers, now))
    large.write_csv(folder / "statement.csv", _lines(numbers, now))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
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


def _lines(numbers: list[str], now: datetime) -> Iterator[large.Row]:
    """Settling and known rows mixed as they would be, each about one order and its student."""
    yield HEADER
    students = User.objects.filter(role="student").order_by("pk")
    people = list(students.values_list("username", "name"))[1:]
    begun = timezone.localtime(now) - timedelta(days=1)
    step = 7919  # prime: visits every order once
    for place in range(len(numbers)):
        at = place * step % len(numbers)
        number, name = people[at % len(people)]
        paid = begun + timedelta(seconds=place % 80_000)
        yield (
            numbers[at], f"T{numbers[at]}", number, name, "重修费", LINES * FEE_FEN / 100,
            f"{paid:%Y-%m-%d %H:%M:%S}",
        )  # fmt: skip


def bare(path: Path) -> Told:
    """Merely read the file."""
    clock = Clock()
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows: Any = list(csv.reader(file))
    else:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows
    return clock.told()


def floor() -> Told:
    """Merely write the rows of a preview once more, into a table without index or rule."""
    rows = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert("COPY reconcile_uploadrow TO STDOUT", rows)
        cursor.execute("CREATE TABLE reconcile_floor (LIKE reconcile_uploadrow)")
        rows.seek(0)
        clock = Clock()
        cursor.copy_expert("COPY reconcile_floor FROM STDIN", rows)
        told = clock.told()
        cursor.execute("DROP TABLE reconcile_floor")
    return told


def preview(path: Path) -> Told:
    """Upload, read, match, keep."""
    clock = Clock()
    clock.follow(staging, "end", "match")
    with path.open("rb") as file:
        upload = uploads.store(File(file), path.name, actor_id=None, now=timezone.now())
    read_upload(upload.pk, timezone.now)
    told = clock.told()
    upload.refresh_from_db()
    assert upload.state == "preview", (upload.state, upload.refusal)
    return told


def apply() -> Told:
    """Confirm, settle batch by batch, write the workbook."""
    upload = _confirmed()
    clock = Clock()
    _settle(upload)
    told = clock.told()
    begun = time.perf_counter()
    finishing.finish(upload.pk, timezone.now(), incomplete=False)
    return {**told, "finish": time.perf_counter() - begun}


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


class Clock:
    """Seconds by the wall and of processors since it was made: of this process with its finished
    children, of its session of the database (``keep``), and of other sessions that are followed.
    """

    def __init__(self) -> None:
        self._session = _session()
        self._others: dict[str, float] = {}
        self._begun = time.perf_counter()
        self._own, self._kept = _own(), _of(self._session)

    def told(self) -> Told:
        """What went by so far."""
        seconds = time.perf_counter() - self._begun
        parts = {"read": _own() - self._own, "keep": _of(self._session) - self._kept}
        parts |= self._others
        return {"seconds": seconds, "processor": sum(parts.values()), **parts}

    def follow(self, module: Any, name: str, word: str) -> None:
        """Count the session of whoever calls this function last, too."""
        function: Callable[..., Any] = getattr(module, name)

        def followed(*args: Any) -> Any:
            try:
                return function(*args)
            finally:
                self._others[word] = _of(_session())

        setattr(module, name, followed)


def _session() -> Path:
    """Where Linux tells the processor time of this thread's session of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return Path(f"/proc/{cursor.fetchone()[0]}/schedstat")


def _of(session: Path) -> float:
    return int(session.read_text().split()[0]) / 1_000_000_000


def _own() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


STEPS: dict[str, Callable[..., Told]] = {
    "build": build, "bare": bare, "preview": preview, "floor": floor, "apply": apply,
    "writes": writes,
}  # fmt: skip
