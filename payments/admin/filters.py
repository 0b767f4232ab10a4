"""Filters of money that show words, not the codes behind them."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from payments import handlers, wording
from payments.models import Charge


class _FieldFilter(admin.SimpleListFilter):
    """Rows whose field ``parameter_name`` has the chosen value."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        del request
        wanted = self.value()
        return (
            queryset if wanted is None else queryset.filter(Q((str(self.parameter_name), wanted)))
        )


class ChannelFilter(_FieldFilter):
    """By the channel's name."""

    title = "渠道"
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        del request, model_admin
        return wording.CHANNELS.items()


class PurposeFilter(_FieldFilter):
    """By the workflow's name."""

    title = "用途"
    parameter_name = "purpose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        del request, model_admin
        return [(one, handlers.handler(one).label) for one in settings.CHARGE_HANDLERS]


class GroupFilter(_FieldFilter):
    """By the name the workflow has for its group."""

    title = "批次"
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        del request, model_admin
        pairs = Charge.objects.order_by().values_list("purpose", "group").distinct()
        found = handlers.group_titles(pairs)
        return sorted(found.items(), key=lambda pair: pair[1], reverse=True)
