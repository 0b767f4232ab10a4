"""What waits for finance, in one place: the workbench and the start page of admin show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone

from payments.reconcile.models import Upload
from payments.reconcile.pages import words
from payments.reconcile.selectors.days import unsealed_days
from payments.reconcile.selectors.differences import Waiting, by_day
from payments.reconcile.states import UploadState
from portal.lib.status import Status, Tone

LOOK_BACK = timedelta(days=31)  # a day nobody sealed for longer is found in its month
ASKED = (UploadState.MAPPING, UploadState.PREVIEW, UploadState.WAITING, UploadState.REFUSED)


@dataclass(frozen=True)
class Task:
    """Something that waits: how many, and where it is done."""

    status: Status
    text: str
    count: int
    href: str


def tasks(now: datetime, viewer_id: int) -> list[Task]:
    """Only what is there; files first, then differences, then days. A file that the viewer has
    confirmed himself waits for somebody else.
    """
    waiting = by_day(now)
    found = [*_files(viewer_id), _differences(waiting), _days(now, waiting)]
    return [task for task in found if task.count]


def _files(viewer_id: int) -> list[Task]:
    own = Q(state=UploadState.WAITING, confirmed_by=viewer_id)
    rows = Upload.objects.filter(~own, state__in=ASKED).order_by()
    counted = dict(rows.values_list("state").annotate(Count("pk")))
    home = reverse("reconcile:home")
    return [
        Task(words.UPLOADS[state], "个文件", counted.get(state, 0), f"{home}?state={state}")
        for state in ASKED
    ]


def _differences(waiting: Mapping[tuple[str, date], Waiting]) -> Task:
    status = Status(Tone.STOP, "warn", "差异待处理")
    count = sum(one.number for one in waiting.values())
    return Task(status, "件", count, reverse("reconcile:differences"))


def _days(now: datetime, waiting: Mapping[tuple[str, date], Waiting]) -> Task:
    today = timezone.localdate(now)
    first, last = today - LOOK_BACK, today - timedelta(days=1)
    rows = unsealed_days(list(settings.GATEWAYS), first, last, now, waiting=waiting)
    moved = [day for day in rows if day.ours_count or day.theirs_count]
    status = Status(Tone.TODO, "cal", "还没有日结")
    return Task(status, "天", len({day.day for day in moved}), reverse("reconcile:days"))
