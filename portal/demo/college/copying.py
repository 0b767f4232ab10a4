"""PostgreSQL COPY for the tables with millions of rows."""

import io
from collections.abc import Iterable, Sequence

from django.db import connection, models

Value = str | int | bool | None


def table_of(model: type[models.Model]) -> str:
    """The database's name of a model's table."""
    return model._meta.db_table  # noqa: SLF001 -- Django's documented Options API


class CopyBuffer:
    """Rows of one table in COPY text format, sent in one statement by ``flush``.

    ``columns`` are those of the database (``student_id``). Values carry no backslash, tab or
    newline: they come from the demo's own word lists.
    """

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        self.statement = f'COPY "{table_of(model)}" ({names}) FROM STDIN'
        self.buffer = io.StringIO()
        self.rows = 0

    def add(self, *values: Value) -> None:
        """One row in the order of the columns."""
        self.buffer.write("\t".join("\\N" if one is None else str(one) for one in values) + "\n")
        self.rows += 1

    def flush(self) -> None:
        """Send what was added and forget it."""
        self.buffer.seek(0)
        with connection.cursor() as cursor:
            cursor.cursor.copy_expert(self.statement, self.buffer)
        self.buffer = io.StringIO()


def reserve_ids(model: type[models.Model], number: int) -> range:
    """Take ``number`` ids that no row has and no later row will get."""
    table = table_of(model)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), "
            "nextval(pg_get_serial_sequence(%s, 'id')) + %s)",
            [table, table, number],
        )
        (last,) = cursor.fetchone()
    return range(last - number, last)


def flush_all(buffers: Iterable[CopyBuffer]) -> None:
    """Send several tables, parents first."""
    for buffer in buffers:
        buffer.flush()
