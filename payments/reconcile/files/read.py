"""Reading a reconciliation file: by its content, never by its name, row by row."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from payments.reconcile.files.row import Field, FileRefused, Reading

Mappings = Mapping[str, Mapping[str, Field]]  # fingerprint → header → field


def read(
    path: Path,
    *,
    today: date,
    mappings: Mappings,
    order_prefix: str = "",
    fee_items: Sequence[str] = (),
) -> Iterator[Reading]:
    """The tables of a file, one after the other: exhaust each before asking for the next.

    One table for a workbook, a text file or an HTML table; one per file for a zip. ``today`` is
    the local day: a row of a later one is refused. ``order_prefix`` (ours) shows numbers that
    lost their beginning. ``fee_items``: a row whose fee item contains none of these words is
    refused as another fee; empty switches the check off.

    Raises ``FileRefused``, and ``UnknownHeaders`` with what a mapping page needs; both also from
    within a ``Reading``.
    """
    asked = (path, today, mappings, order_prefix, tuple(fee_items))
    raise FileRefused("not_read", f"还不能读取文件：{asked}", "")
