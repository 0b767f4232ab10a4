"""Filters of the enrolment list."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from retake.selectors.money import Money
from retake.states import COUNTED


class MoneyFilter(admin.SimpleListFilter):
    """By what ``payments`` says of the charge, among the enrolments that count."""

    title = "费用"
    parameter_name = "money"

    def lookups(
        self,
        request: HttpRequest,  # noqa: ARG002 -- Django's signature
        model_admin: "admin.ModelAdmin[Any]",  # noqa: ARG002 -- Django's signature
    ) -> list[tuple[str, str]]:
        return Money.choices()

    def queryset(
        self,
        request: HttpRequest,  # noqa: ARG002 -- Django's signature
        queryset: QuerySet[Any],
    ) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        if self.value() == Money.VOID:
            return queryset.filter(money=self.value())
        counted = [state.value for state in COUNTED]
        return queryset.filter(money=self.value(), state__in=counted)
