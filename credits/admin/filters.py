"""The queue: what waits for whom."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from credits.models import Application
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.accounts.roles import Role

if TYPE_CHECKING:
    from django.contrib.admin.filters import _ListFilterChoices

PENDING = {"state": ApplicationState.PENDING.value}


def queue_of(user: User, rows: QuerySet[Application]) -> QuerySet[Application]:
    """What waits for this person: the college's first look, or the teaching office's second."""
    waiting = rows.filter(asked_at=None, **PENDING)
    if user.role == Role.REVIEWER:
        return waiting.filter(first_by=None)
    return waiting.filter(first_by__isnull=False)


class QueueFilter(admin.SimpleListFilter):
    """Opens on what waits for whoever looks."""

    title = "待办"
    parameter_name = "queue"

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002 -- Django's signature
        model_admin: "admin.ModelAdmin[Any]",  # noqa: ARG002 -- Django's signature
    ) -> list[tuple[str, str]]:
        return [
            ("pending", "全部审核中"),
            ("overdue", "已超期"),
            ("asked", "等学生补材料"),
            ("second", "等教学部再审"),
            ("all", "全部申请"),
        ]

    def choices(self, changelist: ChangeList) -> "Iterator[_ListFilterChoices]":
        """Django's, but the one without a parameter is called by what it shows."""
        found = super().choices(changelist)
        yield {**next(found), "display": "待我审核"}
        yield from found

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Application]
    ) -> QuerySet[Application]:
        today = timezone.localdate()
        chosen = self.value()
        if chosen == "all":
            return queryset
        if chosen == "pending":
            return queryset.filter(**PENDING)
        if chosen == "overdue":
            return queryset.filter(due_on__lt=today, asked_at=None, **PENDING)
        if chosen == "asked":
            return queryset.filter(asked_at__isnull=False, **PENDING)
        if chosen == "second":
            return queryset.filter(first_by__isnull=False, **PENDING)
        assert isinstance(request.user, User)  # noqa: S101 -- admin has sent everybody else away
        return queue_of(request.user, queryset)
