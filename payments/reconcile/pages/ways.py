"""A file on its way: being read, being applied, ended without, and applied."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from payments.reconcile.models import Upload
from payments.reconcile.models.uploads import LEASE
from payments.reconcile.pages import preview, words
from payments.reconcile.pages.desk import uploader_of
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.pages.notes import Note, Sums
from payments.reconcile.pages.pairs import Trouble
from payments.reconcile.pages.preview import GroupLine, Total
from payments.reconcile.selectors import uploads as selectors
from payments.reconcile.selectors.uploads import Progress
from payments.reconcile.states import DIFFERENCES, Group, UploadState
from portal.lib.moments import moment
from portal.lib.status import Status

MINUTE = 60
SILENT = timedelta(seconds=20)  # a reader at work is heard of every second or two
SWEEP = timedelta(minutes=1)  # how often somebody looks for files that nobody reads


@dataclass(frozen=True)
class Moving:
    """A file that a worker is at. ``left`` is empty while nothing is known of it."""

    heading: str
    sentence: str
    status: Status
    source: str
    total: int
    done: int
    left: str
    may_stop: bool


@dataclass(frozen=True)
class Ended:
    """A file nothing came of."""

    heading: str
    sentence: str
    remedy: str
    status: Status
    uploader: str
    may_discard: bool


@dataclass(frozen=True)
class Step:
    """What is left to do, and where."""

    text: str
    name: str
    href: str


@dataclass(frozen=True)
class Applied:
    """A file that was applied."""

    heading: str
    source: str
    confirmer: str
    finished_at: datetime | None
    groups: tuple[GroupLine, ...]
    rows: int
    total: Total
    checks: tuple[Note, ...]
    faults: tuple[Trouble, ...]
    fault_count: int
    settles: Sums
    next: tuple[Step, ...]
    effect_name: str = "结果"


def moving(upload: Upload, now: datetime) -> Moving:
    """How far the worker is."""
    state = UploadState(upload.state)
    if state is not UploadState.APPLYING:
        return Moving(
            "正在读取文件", _reading(upload, now), words.UPLOADS[state], preview.source_of(upload),
            0, upload.read_rows, "", may_stop=False,
        )  # fmt: skip
    found = selectors.progress(upload, now)
    sentence = "每一行都按和其他渠道同样的规则入账。"
    if found.rows and found.done == found.rows:
        sentence = "每一行都处理过了，正在写结果表。"
    return Moving(
        "正在入账", sentence, words.UPLOADS[state], preview.source_of(upload),
        found.rows, found.done, _left(found), may_stop=found.done < found.rows,
    )  # fmt: skip


def _reading(upload: Upload, now: datetime) -> str:
    """What goes on; of a reader that has gone silent, by when another one begins."""
    until = upload.leased_until
    if until is None or now < until - LEASE + SILENT:
        return "先看清每一行，再和订单比对。通常不到一分钟。"
    begins = moment(max(until, now) + SWEEP, now)
    return f"读取没有动静，可能是后台刚刚重启。最迟 {begins} 会自动从头再读，不用重新上传。"


def _left(found: Progress) -> str:
    return left(found.seconds_left) if found.done < found.rows else ""


def left(seconds: int | None) -> str:
    """``2 分钟``, ``40 秒``; empty while nothing is known."""
    if seconds is None:
        return ""
    return f"{-(-seconds // MINUTE)} 分钟" if seconds >= MINUTE else f"{max(1, seconds)} 秒"


def ended(upload: Upload, now: datetime) -> Ended:
    """Refused as a whole, or put aside."""
    if upload.state == UploadState.REFUSED:
        return Ended(
            "这个文件没有读成", upload.refusal, upload.remedy, words.UPLOADS[UploadState.REFUSED],
            uploader_of(upload), may_discard=True,
        )  # fmt: skip
    by = upload.discarded_by.name if upload.discarded_by else "系统"
    at = moment(upload.discarded_at, now) if upload.discarded_at else ""
    return Ended(
        "这个文件已作废", f"{by}于 {at} 作废，没有入过账。", "要用这个文件，再传一次就行。",
        words.UPLOADS[UploadState.DISCARDED], uploader_of(upload), may_discard=False,
    )  # fmt: skip


def applied(upload: Upload, eyes: Eyes) -> Applied:
    """What came of it, and what is left to do."""
    totals = selectors.group_totals(upload)
    settles = preview.add(totals, preview.SETTLING)
    return Applied(
        heading=_applied(settles, preview.add(totals, (Group.REFUND,))),
        source=preview.source_of(upload),
        confirmer=_people(upload),
        finished_at=upload.applied_at,
        groups=preview.lines(upload, totals),
        rows=upload.row_count,
        total=preview.total_of(upload, totals),
        checks=preview.checks(upload),
        faults=preview.faults(upload, eyes),
        fault_count=upload.fault_count,
        settles=settles,
        next=tuple(_steps(upload, {total.group: total.count for total in totals})),
    )


def _applied(settles: Sums, back: Sums) -> str:
    told = [f"已入账 {settles.count} 笔"] if settles.count else []
    told += [f"已记退款 {back.count} 笔"] if back.count else []
    return "，".join(told) or "已处理完，没有要入账的"


def _people(upload: Upload) -> str:
    """Who said yes: one, or two."""
    first = upload.confirmed_by.name if upload.confirmed_by else "系统"
    return f"{first}确认、{upload.released_by.name}复核" if upload.released_by else first


def _steps(upload: Upload, counts: dict[Group, int]) -> list[Step]:
    kept = sum(counts.get(group, 0) for group in preview.KEEPING)
    conflicts = counts.get(Group.CONFLICT, 0)
    surplus, conflict = (reverse(f"admin:payments_{n}_changelist") for n in ("surplus", "conflict"))
    odd = sum(count for group, count in counts.items() if group in DIFFERENCES)
    is_of_no_day = selectors.is_of_no_day(upload)
    refused = reverse("reconcile:rows_file", args=[upload.pk, Group.REFUSED.value])
    steps = [
        (kept, f"{kept} 笔待处理余款：退费、转款或认领", "去处理", surplus),
        (conflicts, f"{conflicts} 笔和已入账的不一致", "去核对", conflict),
        (odd, f"{odd} 件差异：核清楚，写下结论", "看差异", reverse("reconcile:differences")),
        (upload.fault_count, f"{upload.fault_count} 行读不出：改好再传", "下载", refused),
        (
            1,
            words.NO_DAY if is_of_no_day else "对平以后封存这几天",
            "去日结",
            reverse("reconcile:days"),
        ),
    ]
    return [Step(text, name, href) for count, text, name, href in steps if count]
