"""One group of a file, row by row, both sides next to each other."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse

from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.pages import pairs, words
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.pages.pairs import Pair, Trouble
from payments.reconcile.selectors import rows as selectors
from payments.reconcile.states import Group, UploadState
from portal.lib.errors import NotYours
from portal.lib.status import Status, Tone

PAGE_SIZE = 50
ALL = "all"
EVERY = Status(Tone.IDLE, "doc", "全部行")


@dataclass(frozen=True)
class RowsPage:
    """What the page shows; ``rows`` are ``Trouble`` for rows that could not be read."""

    status: Status
    heading: str
    lead: str
    page: "Page[Any]"
    rows: tuple[Pair | Trouble, ...]
    count: int
    unit: str
    q: str
    warned: bool
    may_warn: bool
    is_refused: bool
    download: str
    kept: dict[str, str]

    @property
    def query(self) -> str:
        """What the list is narrowed to, for the links to other pages."""
        return urlencode(self.kept) + "&" if self.kept else ""


def of_group(
    upload: Upload, code: str, number: str | None, search: dict[str, Any], eyes: Eyes
) -> RowsPage:
    """One page of one group, or of all rows; raises ``NotYours`` for a group there is none of."""
    group = group_of(code)
    rows = narrowed(upload, group, search["q"], warned=search["warned"])
    page = Paginator(rows, PAGE_SIZE).get_page(number)
    refused, kept = group is Group.REFUSED, _kept(search)
    status = _status(upload, group)
    count, unit = page.paginator.count, "行" if refused or group is None else "笔"
    return RowsPage(
        status=status,
        heading=f"{status.text} {count} {unit}",
        lead=_lead(upload, group),
        page=page,
        rows=tuple(
            pairs.troubles(page, eyes) if refused else (pairs.of_row(row, eyes) for row in page)
        ),
        count=count,
        unit=unit,
        q=search["q"],
        warned=search["warned"],
        may_warn=not refused,
        is_refused=refused,
        download=_download(upload, code, kept),
        kept=kept,
    )


def group_of(code: str) -> Group | None:
    """The group an address names, None for all rows."""
    if code == ALL:
        return None
    if code not in tuple(Group):
        raise NotYours("没有这个分组。")
    return Group(code)


def narrowed(upload: Upload, group: Group | None, q: str, *, warned: bool) -> QuerySet[UploadRow]:
    """The rows of a group in file order; once applied, by what came of them."""
    applied = upload.state == UploadState.APPLIED
    rows = selectors.of_file(upload, () if group is None or applied else (group,), q)
    if group is not None and applied:
        rows = rows.filter(Q(outcome__group=group) | Q(outcome__isnull=True, group=group))
    if warned:
        rows = rows.filter(Q(name_differs=True) | Q(number_differs=True))
    return rows.order_by("position")


def _status(upload: Upload, group: Group | None) -> Status:
    if group is None:
        return EVERY
    return words.settled(group) if upload.state == UploadState.APPLIED else words.GROUPS[group]


def _lead(upload: Upload, group: Group | None) -> str:
    if group is None:
        return "文件里的每一行，文件和我方两边对着看。"
    if upload.state == UploadState.APPLIED:
        return f"{words.DID[group]}。"
    after = "复核后" if upload.state == UploadState.WAITING else "确认后"
    return f"{after}：{words.WILL[group]}。现在还没有改动任何数据。"


def _kept(search: dict[str, Any]) -> dict[str, str]:
    words_ = {"q": search["q"], "warned": "1" if search["warned"] else ""}
    return {name: value for name, value in words_.items() if value}


def _download(upload: Upload, code: str, kept: dict[str, str]) -> str:
    path = reverse("reconcile:rows_file", args=[upload.pk, code])
    return f"{path}?{urlencode(kept)}" if kept else path
