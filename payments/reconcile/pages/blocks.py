"""The groups of a preview that want a look, with their first rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.urls import reverse

from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.pages import pairs, words
from payments.reconcile.pages.eyes import Eyes
from payments.reconcile.pages.pairs import Pair
from payments.reconcile.selectors import rows as selectors
from payments.reconcile.selectors.uploads import GroupTotal
from payments.reconcile.states import Group
from portal.lib.money import yuan
from portal.lib.status import Status

LOOKED_AT = (Group.AMOUNT, Group.UNKNOWN, Group.TWICE, Group.SURPLUS, Group.CONFLICT)
FIRST = 5  # rows of a group that are open at once


@dataclass(frozen=True)
class Block:
    """A group that wants a look: its first rows."""

    status: Status
    count: int
    sums: str
    rows: tuple[Pair, ...]
    href: str


def blocks(upload: Upload, totals: Sequence[GroupTotal], eyes: Eyes) -> list[Block]:
    """The first rows of the groups that want a look; one statement for all of them."""
    wanted = [total for total in totals if total.group in LOOKED_AT]
    if not wanted:
        return []
    ranked = Window(RowNumber(), partition_by=F("group"), order_by=F("position").asc())
    rows = selectors.of_file(upload, [total.group for total in wanted])
    first = rows.annotate(rank=ranked).filter(rank__lte=FIRST).order_by("group", "position")
    known = {group: list(some) for group, some in groupby(first, key=lambda row: row.group)}
    return [_block(upload, total, known.get(total.group, []), eyes) for total in wanted]


def _block(upload: Upload, total: GroupTotal, rows: Sequence[UploadRow], eyes: Eyes) -> Block:
    shown = tuple(pairs.of_row(row, eyes) for row in rows)
    sums = f"文件 {yuan(total.fen)}"
    if total.group is Group.AMOUNT and total.count == len(rows):
        ours = sum(row.order.amount_fen for row in rows if row.order)
        sums = f"应收 {yuan(ours)}，文件 {yuan(total.fen)}"
    href = reverse("reconcile:rows", args=[upload.pk, total.group.value])
    return Block(words.GROUPS[total.group], total.count, sums, shown, href)
