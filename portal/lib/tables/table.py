"""A table a college can load from a spreadsheet and get back unchanged.

``Table`` is a django-import-export resource whose columns understand Chinese headers and those
other systems export (xh, kcmc), find rows by a natural key, and are checked row by row. Nothing
is stored unless every row is right.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Model, QuerySet
from django.utils.html import format_html
from import_export import fields, resources
from import_export.results import Result
from tablib import Dataset

from portal.lib.errors import DomainError
from portal.lib.sheets import read_sheet, write_sheet
from portal.lib.tables.faults import LINE, Fault, faults, refusal
from portal.lib.tables.words import Cell, Reference

BATCH = 1000
Key = tuple[object, ...]


class Column(fields.Field):  # type: ignore[misc]  # the library carries no types
    """A column: model attribute, Chinese header, what a cell may say, other headers for it."""

    def __init__(self, attribute: str, header: str, word: Cell, *aliases: str) -> None:
        super().__init__(attribute=attribute, column_name=header, widget=word)
        self.headers = {header, *aliases}


class Refusable(Result):  # type: ignore[misc]  # the library carries no types
    """What came of an import; ``faults`` say why nothing did."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: tuple[Fault, ...] = ()


class PlainDiff(resources.Diff):  # type: ignore[misc]  # the library carries no types
    """Old and new of a cell; the library's own writes inline styles, which the CSP refuses."""

    def as_html(self) -> list[str]:
        old = [""] * len(self.right) if self.new else self.left
        return [_change(str(one), str(two)) for one, two in zip(old, self.right, strict=True)]


def _change(old: str, new: str) -> str:
    if old == new:
        return format_html("<span>{}</span>", new)
    removed = format_html("<del>{}</del> ", old) if old else ""
    return format_html("{}<ins>{}</ins>", removed, new)


class Table(resources.ModelResource):  # type: ignore[misc]  # the library carries no types
    """Base of every table; made by ``table()``."""

    columns: ClassVar[tuple[Column, ...]] = ()
    key: ClassVar[tuple[str, ...]] = ()
    # Two columns other systems use for one of ours: (ours, first, second).
    joined: ClassVar[tuple[tuple[str, str, str], ...]] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.existing: dict[Key, Model] = {}
        self.seen: set[Key] = set()
        self.refused = False  # by the database
        self.row_by_row = False

    @classmethod
    def headers(cls) -> list[str]:
        """The header row of template and export."""
        return [column.column_name for column in cls.columns]

    def import_data(self, dataset: Dataset, **kwargs: Any) -> Result:
        """Import all rows or none.

        The database checks its constraints as the rows arrive in bulk. Only when it refuses does
        a second pass, row by row and stored nowhere, find out which rows it meant: asking for
        every row beforehand took ten times as long. A refusal the second pass cannot repeat
        (two rows that only collide on their way) stands for the whole file.
        """
        kwargs |= {"use_transactions": True, "rollback_on_validation_errors": True}
        result = super().import_data(dataset, **kwargs)
        if self.refused and not self.row_by_row:
            self.row_by_row = True
            again = super().import_data(dataset, **(kwargs | {"dry_run": True}))
            result = again if again.has_errors() or again.has_validation_errors() else result
        result.faults = tuple(faults(self.fields, result, dataset))
        return result

    @classmethod
    def get_result_class(cls) -> type[Result]:
        return Refusable

    @classmethod
    def get_diff_class(cls) -> type[resources.Diff]:
        return PlainDiff

    def before_import(self, dataset: Dataset, **_kwargs: Any) -> None:
        """Understand the headers, then fetch everything the file refers to."""
        dataset.headers = self._known_headers(dataset.headers or [])
        self._join(dataset)
        missing = [self.fields[name].column_name for name in self.key]
        missing = [header for header in missing if header not in dataset.headers]
        if missing:
            dataset.wipe()
            raise ValidationError(f"缺少这些列：{'、'.join(missing)}。")
        for column in self.fields.values():
            if isinstance(column.widget, Reference) and column.column_name in dataset.headers:
                column.widget.load(set(dataset[column.column_name]))
        self.seen = set()
        self.existing = {self.key_of(row): row for row in self.matching(dataset)}

    def _known_headers(self, given: Sequence[str]) -> list[str]:
        names = {name: one.column_name for one in self.columns for name in one.headers}
        known: list[str] = []
        for header in given:
            name = names.get(header.strip(), names.get(header.strip().lower(), header))
            known.append(name if name not in known else f"{name}（重复）")
        return known

    def _join(self, dataset: Dataset) -> None:
        for ours, first, second in self.joined:
            headers = dataset.headers
            if ours not in headers and first in headers and second in headers:
                pairs = zip(dataset[first], dataset[second], strict=True)
                dataset.append_col([f"{one} {two}" for one, two in pairs], header=ours)

    def matching(self, dataset: Dataset) -> QuerySet[Model]:
        """The stored rows the file may mean: every part of the key among its values."""
        return self.get_queryset().filter(**self.filters(dataset))

    def filters(self, dataset: Dataset) -> dict[str, set[object]]:
        """The values of each part of the key."""
        wanted: dict[str, set[object]] = {}
        for name in self.key:
            column = self.fields[name]
            cells = set(dataset[column.column_name])
            wanted[f"{name}__in"] = {value for cell in cells for value in _read(column, cell)}
        return wanted

    def get_queryset(self) -> QuerySet[Model]:
        """All rows with what their columns refer to."""
        names = [one.attribute for one in self.columns if isinstance(one.widget, Reference)]
        rows: QuerySet[Model] = super().get_queryset().order_by("pk")
        return rows.select_related(*names) if names else rows

    def key_of(self, row: Model) -> Key:
        """The natural key of a stored row."""
        return tuple(self.fields[name].get_value(row) for name in self.key)

    def get_instance(self, _loader: object, row: dict[str, str]) -> Model | None:
        """The stored row of the same key; an unreadable or blank key is reported by column."""
        try:
            key = tuple(self.fields[name].clean(row) for name in self.key)
        except ValueError:
            return None
        if None in key or "" in key:
            return None
        if key in self.seen:
            raise ValidationError("这一行与前面的一行重复。")
        self.seen.add(key)
        return self.existing.get(key)

    def validate_instance(
        self,
        instance: Model,
        import_validation_errors: dict[str, Any] | None = None,
        **_kwargs: Any,
    ) -> None:
        """Field rules in memory; the model's own only after a refusal, as they ask the database."""
        if import_validation_errors:
            raise ValidationError(import_validation_errors)
        options = instance._meta  # noqa: SLF001 -- Django's documented Options API
        references = {one.name for one in options.concrete_fields if one.is_relation}
        instance.clean_fields(exclude=self._present(instance, references))
        if self.row_by_row:
            instance.clean()

    def save_instance(
        self, instance: Model, is_create: bool, row: dict[str, str], **kwargs: Any
    ) -> None:
        """In bulk; in the second pass alone, so that a refusal concerns this row."""
        if not self.row_by_row:
            super().save_instance(instance, is_create, row, **kwargs)
            return
        try:
            with transaction.atomic():
                self.do_instance_save(instance, is_create)
        except DatabaseError as error:
            raise ValidationError(refusal(error, type(instance))) from error

    def _present(self, instance: Model, references: set[str]) -> set[str]:
        """References that are set were looked up already; checking again costs a statement each."""
        return {name for name in references if getattr(instance, f"{name}_id") is not None}

    def handle_import_error(self, result: Result, error: Exception, *_args: Any) -> None:
        """A refusal of the database concerns the file as a whole."""
        if isinstance(error, DatabaseError):
            self.refused = True
            error = ValidationError(f"全部未导入：{refusal(error, self._meta.model)}")
        result.append_base_error(self.get_error_result_class()(error))


def _read(column: fields.Field, cell: str) -> Iterable[object]:
    try:
        value = column.widget.clean(cell)
    except ValueError:
        return ()
    return () if value is None else (value,)


def table(
    model: type[Model], key: tuple[str, ...], columns: Sequence[Column], base: type[Table] = Table
) -> type[Table]:
    """The table of a model: ``key`` names the attributes that find a row."""
    meta = type(
        "Meta",
        (),
        {
            "model": model,
            "fields": tuple(column.attribute for column in columns),
            "export_order": tuple(column.attribute for column in columns),
            "import_id_fields": key,
            "skip_unchanged": True,
            "use_bulk": True,
            "batch_size": BATCH,
        },
    )
    return type(
        f"{model.__name__}Table",
        (base,),
        {one.attribute: one for one in columns}
        | {"Meta": meta, "key": key, "columns": tuple(columns)},
    )


def dataset_of(data: bytes) -> Dataset:
    """A file's rows under its headers; each remembers its line number. ``sheet.empty`` for none."""
    rows = read_sheet(data)
    headers = rows[0] if rows else []
    dataset = Dataset(headers=[*headers, LINE])
    for line, row in enumerate(rows[1:], 2):
        if any(row):
            padded = [*row, *[""] * len(headers)][: len(headers)]
            dataset.append([*padded, str(line)])
    if not dataset.height:
        raise DomainError(
            "sheet.empty",
            "文件里没有可导入的行。",
            advice="第一行写表头，从第二行起写数据，可先下载模板。",
            status=400,
        )
    return dataset


def import_file(
    of: type[Table], data: bytes, *, dry_run: bool = False
) -> tuple[Result, list[Fault]]:
    """Load a file; with any fault nothing is stored. ``DomainError`` when it cannot be read."""
    dataset = dataset_of(data)
    resource = of()
    result = resource.import_data(dataset, dry_run=dry_run)
    return result, list(result.faults)


def export_file(of: type[Table], rows: QuerySet[Model] | None = None) -> bytes:
    """An xlsx that imports unchanged."""
    resource = of()
    queryset = resource.get_queryset() if rows is None else rows
    return write_sheet(
        of.headers(),
        (
            [column.export(row) for column in resource.columns]
            for row in queryset.iterator(chunk_size=BATCH)
        ),
    )


def template_file(of: type[Table]) -> bytes:
    """An empty sheet with the header row."""
    return write_sheet(of.headers(), [])
