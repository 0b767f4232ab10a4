"""Which part of the queue is shown; what waits for the reader comes without asking."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from credits.models import Application
from credits.selectors import queue
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.accounts.staff import staff_of
from portal.lib.labels import Labelled


class Desk(Labelled):
    """Parts of the queue."""

    MINE = "mine", "待我审核"
    OVERDUE = "overdue", "已超期"
    ASKED = "asked", "等学生补材料"
    SECOND = "second", "等教学部再审"
    OPEN = "open", "全部审核中"
    OVER = "over", "已办结"
    ALL = "all", "全部"


ENDED = (
    ApplicationState.APPROVED.value,
    ApplicationState.REJECTED.value,
    ApplicationState.RETURNED.value,
    ApplicationState.REVOKED.value,
)
# Where the newest comes first, not the oldest deadline.
BACKWARDS = (Desk.OVER, Desk.ALL)


def desk_of(request: HttpRequest) -> Desk:
    """The chosen part; by default what waits for the reader, or everything for a search."""
    chosen = request.GET.get(DeskFilter.parameter_name, "")
    if chosen in set(Desk):
        return Desk(chosen)
    return Desk.ALL if request.GET.get(SEARCH_VAR) else Desk.MINE


def condition(desk: Desk, staff: User) -> Q:
    """The rows of a part."""
    today = timezone.localdate()
    return {
        Desk.MINE: queue.waiting_for(staff),
        Desk.OVERDUE: queue.overdue(staff, today),
        Desk.ASKED: queue.ASKED,
        Desk.SECOND: queue.SECONDED,
        Desk.OPEN: queue.OPEN | queue.ASKED,
        Desk.OVER: Q(state__in=ENDED),
        Desk.ALL: Q(),
    }[desk]


class DeskFilter(admin.SimpleListFilter):
    """The parts above; there is no 'all' of Django's own."""

    title = "办理"
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        del model_admin
        self.desk = desk_of(request)
        return Desk.choices()

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        for desk in Desk:
            yield {
                "selected": desk is self.desk,
                "query_string": changelist.get_query_string({self.parameter_name: desk.value}),
                "display": desk.label,
            }

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Application]
    ) -> QuerySet[Application]:
        return queryset.filter(condition(desk_of(request), staff_of(request)))
