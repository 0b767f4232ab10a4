"""The page that asks which column is what, and remembers it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import BoundField
from django.urls import reverse

from payments.reconcile.files.row import Field
from payments.reconcile.forms import MappingForm
from payments.reconcile.models import HeaderMapping, Upload
from payments.reconcile.pages.eyes import Eyes
from portal.lib.errors import NotYours
from portal.lib.moments import moment

SAMPLES = 3
SHOWN = 6  # headers of another row


@dataclass(frozen=True)
class Column:
    """One column: its header, some of its cells, and the select."""

    header: str
    samples: tuple[str, ...]
    field: BoundField


@dataclass(frozen=True)
class OtherRow:
    """Another row that may be the header."""

    index: int
    name: str
    words: str


@dataclass(frozen=True)
class HeadersPage:
    """What the page shows."""

    lead: str
    back: str
    back_name: str
    is_known: bool
    place_name: str
    others: tuple[OtherRow, ...]
    action: str
    fingerprint: str
    has_samples: bool
    columns: tuple[Column, ...]
    discard: str
    after: str
    button: str


def candidate(upload: Upload, index: object) -> tuple[int, dict[str, Any]]:
    """The row that may be the header, by its number; the best one for anything else."""
    found: list[dict[str, Any]] = upload.candidates
    if not found:
        raise NotYours("这个文件不用指出各列。")
    number = int(index) if isinstance(index, str) and index.isdecimal() and len(index) < 3 else 0
    number = number if number < len(found) else 0
    return number, found[number]


def form_for(one: dict[str, Any], data: Any = None) -> MappingForm:
    """The form over the headers of a candidate row."""
    guesses = {header: Field(field) for header, field in one["guesses"].items()}
    return MappingForm(one["headers"], guesses, data)


def of_upload(
    upload: Upload, index: int, one: dict[str, Any], form: MappingForm, eyes: Eyes
) -> HeadersPage:
    """Ask for one candidate row of a file; its samples may be anything, so not for all eyes."""
    others = [OtherRow(n, _place(row), _words(row)) for n, row in enumerate(upload.candidates)]
    return HeadersPage(
        lead=f"{upload.name} 的表头第一次见。指出来以后，系统会记住。",
        back=reverse("reconcile:home"),
        back_name="对账文件",
        is_known=False,
        place_name=_place(one),
        others=tuple(row for row in others if row.index != index),
        action=f"{reverse('reconcile:map', args=[upload.pk])}?row={index}",
        fingerprint=one["fingerprint"],
        has_samples=eyes.whole,
        columns=_columns(form, one["samples"] if eyes.whole else ()),
        discard=reverse("reconcile:discard", args=[upload.pk]),
        after="记住以后接着读取，出预览。",
        button="记住并读取",
    )


def of_mapping(row: HeaderMapping, form: MappingForm, now: datetime) -> HeadersPage:
    """Change an answer that was given before."""
    said = f"{row.mapped_by.name}于 {moment(row.mapped_at, now)} 指出。"
    return HeadersPage(
        lead="改了以后，新传的同样表头的文件按新的读；已经入账的不变。",
        back=reverse("reconcile:mappings"),
        back_name="记住的表头",
        is_known=True,
        place_name="",
        others=(),
        action=reverse("reconcile:mapping_change", args=[row.pk]),
        fingerprint=row.fingerprint,
        has_samples=False,
        columns=_columns(form, ()),
        discard="",
        after=said,
        button="保存对应",
    )


def said(row: HeaderMapping) -> str:
    """The columns that mean something, in the order of the file: 流水 → 订单号，…"""
    known = [(name, row.columns[name]) for name in row.headers if name in row.columns]
    return "，".join(f"{name} → {Field(value).label}" for name, value in known)


def _place(one: dict[str, Any]) -> str:
    where = " ".join(part for part in (one.get("member"), one.get("sheet")) if part)
    return f"{where} 第 {one['place']} 行".strip()


def _words(one: dict[str, Any]) -> str:
    headers = [header for header in one["headers"] if header][:SHOWN]
    return "、".join(headers)


def _columns(form: MappingForm, samples: Any) -> tuple[Column, ...]:
    cells = [list(sample) for sample in samples[:SAMPLES]]
    return tuple(
        Column(
            header,
            tuple(row[index] for row in cells if index < len(row) and row[index]),
            form[f"column_{index}"],
        )
        for index, header in enumerate(form.headers)
    )
