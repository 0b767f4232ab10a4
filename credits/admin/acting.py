"""What the staff pages of the exchange share."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import cached_property

from credits.selectors.queue import MOST, bounded

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin[Any]
    BaseInline = admin.TabularInline[Any, Any]
    BasePaginator = Paginator[Any]
    BaseRows = BaseInlineFormSet[Any, Any, Any]
else:
    BaseAdmin = admin.ModelAdmin
    BaseInline = admin.TabularInline
    BasePaginator = Paginator
    BaseRows = BaseInlineFormSet


class BoundedPaginator(BasePaginator):
    """Counts no further than anybody pages; a queue of years costs what one of a week does."""

    @cached_property
    def count(self) -> int:
        assert isinstance(self.object_list, QuerySet)  # noqa: S101 -- admin gives nothing else
        return min(bounded(self.object_list), MOST)


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> TemplateResponse:
    """A page of our own in admin's frame."""
    full = {**admin.site.each_context(request), **context}
    return TemplateResponse(request, f"credits/admin/{template}", full, status=status)
