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
    """A trigger as it should be; ``args`` as PostgreSQL keeps them."""

    table: str
    operation: Operation
    args: tuple[str, str, str]

    @property
    def name(self) -> str:
        return f"audit_{self.operation}"

    @property
    def sql(self) -> str:
        """Replaces an older one of this name."""
        args = ", ".join(f"'{one}'" for one in self.args)
        return (
            f"CREATE OR REPLACE TRIGGER {self.name} AFTER {self.operation.upper()}"
            f' ON "{self.table}"'
            f" REFERENCING {_ROWS[self.operation]} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION audit_note({args})"
        )


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
        args = (table.label, ",".join(table.untold), ",".join(table.veiled))
        for operation in Operation:
            if operation != Operation.INSERT or table.from_birth:
                yield Wanted(table.table, operation, args)
