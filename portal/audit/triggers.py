"""The triggers that write history, put on every tracked table after ``migrate``.

One function serves all tables, so a column more or less needs no migration here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connections

from portal.audit.states import Operation
from portal.audit.tracked import Tracked, tracked

_ROWS = {
    Operation.INSERT: "NEW TABLE AS new_rows",
    Operation.UPDATE: "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    Operation.DELETE: "OLD TABLE AS old_rows",
}
_FOUND = """
    SELECT c.relname, t.tgname, replace(encode(t.tgargs, 'escape'), '\\000', '|')
    FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND starts_with(t.tgname, 'audit_')
    WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)
"""


@dataclass(frozen=True)
class Wanted:
    """A trigger as it should be: ``args`` as PostgreSQL keeps them, ``sql`` what puts it up in
    place of an older one of this name.
    """

    table: str
    name: str
    args: tuple[str, ...]
    sql: str


def install(using: str = "default", **_signal: Any) -> None:
    """Put up what is missing, take down what is wanted no more; receiver of ``post_migrate``.

    Tables that are not there yet (apps migrated one at a time) are left for the next time.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(_FOUND)
        found: dict[str, dict[str, str]] = {}
        for table, name, args in cursor.fetchall():
            found.setdefault(table, {}).update({name: args} if name else {})
        wanted = {(one.table, one.name): one for one in _wanted(tracked())}
        for (table, name), one in wanted.items():
            if table in found and found[table].get(name) != "".join(f"{arg}|" for arg in one.args):
                cursor.execute(one.sql)
        for table, names in found.items():
            for name in names:
                if (table, name) not in wanted:
                    cursor.execute(f'DROP TRIGGER {name} ON "{table}"')


def _wanted(tables: list[Tracked]) -> Iterator[Wanted]:
    for table in tables:
        yield _keeping_numbers(table)
        for operation in Operation:
            if operation != Operation.INSERT or table.from_birth:
                yield _noting(table, operation)


def _noting(table: Tracked, operation: Operation) -> Wanted:
    name, args = f"audit_{operation}", (table.label, ",".join(table.untold), ",".join(table.veiled))
    given = ", ".join(f"'{one}'" for one in args)
    sql = (
        f'CREATE OR REPLACE TRIGGER {name} AFTER {operation.upper()} ON "{table.table}"'
        f" REFERENCING {_ROWS[operation]} FOR EACH STATEMENT EXECUTE FUNCTION audit_note({given})"
    )
    return Wanted(table.table, name, args, sql)


def _keeping_numbers(table: Tracked) -> Wanted:
    """Under another number a row would have left its history behind, and the change untold."""
    sql = (
        f'CREATE OR REPLACE TRIGGER audit_number AFTER UPDATE OF id ON "{table.table}" FOR EACH ROW'
        " WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION audit_keep_number()"
    )
    return Wanted(table.table, "audit_number", (), sql)
