"""``manage.py reconcile FILE [--apply]``: the workbench for servers without a browser.

Prints the preview (or, with ``--apply``, what came of it) as a table; exit status 1 when rows or
the whole file were refused, 2 when the file could not be taken.
"""

import os
import sys
import unicodedata
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand
from django.utils import timezone

from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.pages.pairs import place_of
from payments.reconcile.pages.words import GROUPS, settled
from payments.reconcile.selectors.uploads import group_totals, missing
from payments.reconcile.services import applying, uploads
from payments.reconcile.services.reading import read_upload
from payments.reconcile.states import EntryKind, UploadState
from portal.jobs import services as jobs
from portal.lib.errors import DomainError
from portal.lib.money import yuan

MOST_REFUSALS = 200  # shown; the workbook has them all


class Command(BaseCommand):
    help = "Match a statement file against the orders; change nothing without --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--apply", action="store_true", help="settle what the preview shows")

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            upload = self._taken(options["file"])
            if options["apply"]:
                self._apply(upload)
        except DomainError as refusal:
            self.stderr.write(refusal.sentence)
            sys.exit(2)
        upload.refresh_from_db()
        for line in _report(upload):
            self.stdout.write(line)
        if upload.fault_count or upload.state in (UploadState.REFUSED, UploadState.MAPPING):
            sys.exit(1)

    def _taken(self, path: Path) -> Upload:
        """The upload of this file, new or before, matched as things stand now."""
        try:
            with path.open("rb") as file:
                upload = uploads.store(File(file), _name(path), actor_id=None, now=timezone.now())
        except OSError as error:
            raise DomainError("file.unreadable", f"打不开 {path}：{error.strerror}。") from error
        except uploads.AlreadyUploaded as again:
            self.stderr.write(f"{again.message}")
            upload = again.upload
            if upload.state in (UploadState.PREVIEW, UploadState.MAPPING, UploadState.REFUSED):
                uploads.read_again(upload.pk)
        read_upload(upload.pk, timezone.now)
        upload.refresh_from_db()
        return upload

    def _apply(self, upload: Upload) -> None:
        if upload.state != UploadState.PREVIEW:
            return
        begun = applying.confirm(upload.pk, actor_id=None, now=timezone.now())
        if begun.job is not None:
            jobs.work(begun.job.pk, timezone.now)


def _name(path: Path) -> str:
    """As it was meant: names that came out of a Windows zip are GBK on a server's disk."""
    raw = os.fsencode(path.name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _report(upload: Upload) -> Iterator[str]:
    yield f"{upload.name}：{UploadState(upload.state).label}"
    if upload.refusal:
        yield f"{upload.refusal}{upload.remedy}"
        return
    if upload.state == UploadState.WAITING:
        yield "学校要求两个人：另一位同事在对账页面复核后才入账。"
    called = settled if upload.state == UploadState.APPLIED else GROUPS.__getitem__
    rows = [(called(one.group).text, str(one.count), yuan(one.fen)) for one in group_totals(upload)]
    found = missing(upload, timezone.now())
    rows += [
        (label, str(len(receipts)), yuan(sum(one.amount_fen for one in receipts)))
        for label, receipts in (
            ("我方有、文件没有（不到两天）", list(found.syncing)),
            ("我方有、文件没有", list(found.missing)),
            ("我方有、走其他渠道", list(found.elsewhere)),
        )
        if receipts
    ]
    yield from _table([("分组", "行数", "金额"), *rows])
    yield from _stated(upload)
    yield from _refusals(upload)
    if upload.result_path:
        yield f"结果：{default_storage.path(upload.result_path)}"


def _stated(upload: Upload) -> Iterator[str]:
    for one in upload.stated:
        shown = [str(n) if one["is_count"] else yuan(n) for n in (one["stated"], one["counted"])]
        yield f"{one['label']}：文件写 {shown[0]}，逐行相加 {shown[1]}"


def _refusals(upload: Upload) -> Iterator[str]:
    faults = UploadRow.objects.filter(upload=upload, kind=EntryKind.FAULT).order_by("position")
    for row in faults[:MOST_REFUSALS]:
        for column, value, why, remedy in row.problems:
            yield f"{place_of(row)} {column}「{value}」：{why}{remedy}"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for label, *numbers in rows:
        first = label + " " * (widths[0] - _width(label))
        rest = (
            " " * (width - _width(cell)) + cell
            for cell, width in zip(numbers, widths[1:], strict=True)
        )
        yield "  ".join([first, *rest])


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
