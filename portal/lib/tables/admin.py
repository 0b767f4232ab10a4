"""Admin pages of a table: import with preview, template and export beside the list."""

import logging
from typing import Any, ClassVar, cast
from urllib.parse import quote

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from import_export.admin import ImportMixin
from import_export.formats.base_formats import Format
from import_export.results import Result
from import_export.tmp_storages import CacheStorage
from tablib import Dataset

from portal.lib.errors import DomainError
from portal.lib.sheets import XLSX_TYPE, unreadable
from portal.lib.tables.table import Table, dataset_of, export_file, template_file

_log = logging.getLogger(__name__)


class SheetFormat(Format):  # type: ignore[misc]  # the library carries no types
    """Any spreadsheet; told apart by its content."""

    def __init__(self, encoding: str | None = None) -> None:
        """The library passes an encoding at the second step; content decides here."""

    def get_title(self) -> str:
        return "xlsx、xls、xlsb、ods 或 csv"

    def create_dataset(self, in_stream: bytes | None) -> Dataset:
        """``DomainError("sheet.…")`` for no rows; None: the cache forgot the file of a preview."""
        if in_stream is None:
            raise DomainError("sheet.expired", "预览已过期，没有导入。", advice="请重新上传文件。")
        return dataset_of(in_stream)

    def can_import(self) -> bool:
        return True


class EstimatePaginator(Paginator):  # type: ignore[type-arg]  # not generic at run time
    """Counts a list nobody has narrowed to ten thousand, and takes the planner's word beyond."""

    bound = 10_000

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Model]", self.object_list)
        if rows.query.where:
            return super().count
        counted = rows.order_by()[: self.bound + 1].count()
        return counted if counted <= self.bound else max(counted, self._estimate())

    def _estimate(self) -> int:
        table = cast("QuerySet[Model]", self.object_list).model._meta.db_table  # noqa: SLF001
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table]
            )
            return int(cursor.fetchone()[0])


class TableAdmin(ImportMixin, admin.ModelAdmin):  # type: ignore[misc,type-arg]  # no types
    """A model that loads from spreadsheets. ``table`` says how."""

    table: ClassVar[type[Table]]
    import_export_change_list_template = "admin/table_change_list.html"
    import_template_name = "admin/table_import.html"
    tmp_storage_class = CacheStorage
    show_full_result_count = False
    list_per_page = 50

    def get_import_formats(self) -> list[type[Format]]:
        """One format; the file says itself what it is."""
        return [SheetFormat]

    def get_import_resource_classes(self, *_args: Any) -> list[type[Table]]:
        return [self.table]

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whoever may add a row may add many, and a file may change rows too."""
        options = self.opts
        codename = f"{options.app_label}.{{}}_{options.model_name}"
        return request.user.has_perm(codename.format("add"))

    def add_data_read_fail_error_to_form(self, form: Form, error: Exception) -> None:
        """One sentence beside the file's field."""
        if not isinstance(error, DomainError):
            _log.error("an uploaded file could not be read", exc_info=error)
            error = unreadable()
        form.add_error("import_file", error.sentence)

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """What changed between preview and confirmation is refused as a whole."""
        if result.has_errors() or result.has_validation_errors():
            self.message_user(request, "数据刚刚有变化，没有导入。再上传一次看预览。", "error")
            return HttpResponseRedirect(reverse(f"admin:{self._url_name('import')}"))
        done: HttpResponse = super().process_result(result, request)
        return done

    def _url_name(self, action: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{action}"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("template/", self.admin_site.admin_view(self.template_view),
                 name=self._url_name("template")),
            path("export/", self.admin_site.admin_view(self.export_view),
                 name=self._url_name("export")),
        ]  # fmt: skip
        return [*own, *super().get_urls()]

    def template_view(self, request: HttpRequest) -> HttpResponse:
        """The empty sheet."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        return self._file(template_file(self.table), "模板")

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Every row this user may see, as a sheet that imports unchanged."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        seen = self.get_queryset(request).values("pk")
        return self._file(export_file(self.table, self.table().get_queryset().filter(pk__in=seen)))

    def _file(self, data: bytes, suffix: str = "") -> HttpResponse:
        name = f"{self.opts.verbose_name}{suffix}.xlsx"
        answer = HttpResponse(data, content_type=XLSX_TYPE)
        answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
        return answer

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"table_urls": self._table_urls(request)} | (extra_context or {})
        page: HttpResponse = super().changelist_view(request, context)
        return page

    def _table_urls(self, request: HttpRequest) -> dict[str, str]:
        if not self.has_import_permission(request):
            return {}
        actions = {"import": "导入", "template": "下载模板", "export": "导出"}
        return {
            label: reverse(f"admin:{self._url_name(action)}") for action, label in actions.items()
        }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Narrowed by subclasses to the user's college."""
        rows: QuerySet[Model] = super().get_queryset(request)
        return rows
