"""What waits for whoever of the staff has signed in: the start page of admin begins with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from credits.selectors import queue
from payments.models import Conflict, ManualEntry, Resolution, StrayRefund, Surplus
from payments.observe import claimed
from payments.reconcile.pages.todo import Task, tasks
from payments.states import EntryState, ResolutionState
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.lib.status import Status, Tone
from portal.records.states import VeteranState
from retake.models import VeteranClaim
from retake.selectors.waiting import staff_tasks

LATE = Status(Tone.STOP, "warn", "已超期")
REVIEW = Status(Tone.TODO, "pen", "等你审核")
CLAIM = Status(Tone.TODO, "pen", "退役身份待审核")
SURPLUS = Status(Tone.TODO, "hour", "余款待申请处理")
SECOND = Status(Tone.TODO, "pen", "余款处理待复核")
FAILED = Status(Tone.STOP, "back", "没有退成")
ENTRY = Status(Tone.TODO, "pen", "人工登记待复核")
CONFLICT = Status(Tone.STOP, "warn", "收款冲突待核对")
STRAY = Status(Tone.STOP, "warn", "渠道自行退款待核对")
CLAIMED = Status(Tone.STOP, "warn", "说已付款，两天没有到账")


def tasks_of(user: User, now: datetime) -> list[Task]:
    """Only what is there, and what this account may do: what it has filed itself waits for others.
    A number of statements that depends on the role alone.
    """
    return [task for task in _all(user, now) if task.count]


def _all(user: User, now: datetime) -> Iterator[Task]:
    if user.role in (Role.FINANCE, Role.ADMIN):
        yield from tasks(now, user.pk)
        yield from _money(user, now)
    if user.role in (Role.REVIEWER, Role.TEACHING):
        yield from _exchanges(user, now)
    yield from staff_tasks(user, now)
    if user.has_perm("retake.decide_veteranclaim"):
        pending = VeteranClaim.objects.filter(state=VeteranState.PENDING)
        yield _task(CLAIM, "份", pending, "retake_veteranclaim", "state__exact=pending")


def _exchanges(user: User, now: datetime) -> Iterator[Task]:
    own = queue.reviewable(user).filter(queue.waiting_for(user))
    late = own.filter(queue.overdue(user, timezone.localdate(now)))
    page = reverse("admin:credits_application_changelist")
    yield Task(REVIEW, "份学分兑换申请", queue.bounded(own), page)
    yield Task(LATE, "份学分兑换申请", queue.bounded(late), f"{page}?desk=overdue")


def _money(user: User, now: datetime) -> Iterator[Task]:
    known = Resolution.objects.filter(surplus=OuterRef("pk"))
    unfiled = Surplus.objects.exclude(Exists(known.exclude(state=ResolutionState.CANCELLED)))
    yield _task(SURPLUS, "笔", unfiled, "payments_surplus", "stage=new")
    others = Resolution.objects.exclude(filed_by=user)
    for status, state in ((SECOND, ResolutionState.REQUESTED), (FAILED, ResolutionState.FAILED)):
        query = f"state__exact={state}"
        yield _task(status, "笔", others.filter(state=state), "payments_resolution", query)
    entries = ManualEntry.objects.filter(state=EntryState.REQUESTED).exclude(filed_by=user)
    yield _task(ENTRY, "条", entries, "payments_manualentry", "state__exact=requested")
    conflicts = Conflict.objects.filter(closure=None)
    yield _task(CONFLICT, "条", conflicts, "payments_conflict")
    strays = StrayRefund.objects.filter(closed_at=None)
    yield _task(STRAY, "笔", strays, "payments_strayrefund")
    overdue = claimed().filter(opened_at__lte=now - settings.ORDER_WATCH)
    yield _task(CLAIMED, "笔订单", overdue, "payments_order", "claim=overdue")


def _task(status: Status, text: str, rows: QuerySet[Any], page: str, query: str = "") -> Task:
    href = reverse(f"admin:{page}_changelist")
    return Task(status, text, rows.order_by().count(), f"{href}?{query}" if query else href)
