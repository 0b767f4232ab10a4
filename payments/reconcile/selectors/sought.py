"""The work list as a page narrows it: by words, kind and day, in the statement that finds it."""

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from payments.reconcile.selectors.differences import OLDEST_FIRST, UNDECIDED, values

MISSING = "missing"  # the kind of what no file lists
# Thousands of keys sent back to be looked through cost more than all the rest. Names are looked up
# among the people, who are few beside the rows.
_SOUGHT = f"""
    SELECT row_id, receipt_id, since,
        (%(kind)s = '' OR coalesce(word, '{MISSING}') = %(kind)s)
        AND (%(day)s::date IS NULL OR (channel = %(channel)s AND day = %(day)s))
        AND (%(like)s = '' OR coalesce(
            concat_ws(E'\\n', order_number, trade_number, payer_name, payer_number)
                ILIKE %(like)s
            OR matched_order_id IN (
                SELECT o.id FROM payments_order o JOIN accounts_user u ON u.id = o.payer_id
                WHERE concat_ws(E'\\n', u.name, u.username) ILIKE %(like)s), false))
    FROM {UNDECIDED} ORDER BY {OLDEST_FIRST}
"""  # noqa: S608 -- all of it is written here
_MARKS = str.maketrans(
    {"\\": "\\\\", "%": "\\%", "_": "\\_"}
)  # what ILIKE would take for a pattern


class Sought(NamedTuple):
    """One difference of the list: of a row, or of a receipt that no file lists."""

    row_id: int | None
    receipt_id: int | None
    since: datetime


def sought(search: dict[str, Any], now: datetime) -> tuple[int, list[Sought]]:
    """How many differences wait in all, and those that ``search`` (``SearchForm.read``) narrows
    them to: ``q`` is part of a number, a name or a student number, as the file or as we have it.
    One statement.
    """
    day: date | None = search["day"]
    told = {"kind": search["kind"], "channel": search["channel"], "day": day}
    told["like"] = f"%{search['q'].translate(_MARKS)}%" if search["q"] else ""
    with connection.cursor() as cursor:
        cursor.execute(_SOUGHT, values(now) | told)
        rows = cursor.fetchall()
    return len(rows), [Sought(*row) for *row, is_wanted in rows if is_wanted]
