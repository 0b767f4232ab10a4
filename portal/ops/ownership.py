"""Two roles of one database: the owner makes the tables, the portal only works in them.

Whoever takes over a process of the portal can then neither truncate a table nor take a trigger
down, nor write into history. ``DATABASE_OWNER_URL`` names the owner, for ``migrate``, ``grants``
and ``restore`` alone; without it one role does both, as in the demo.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

from portal.audit.models import Change
from portal.audit.tracked import is_append_only, options, tables

READ = ("SELECT",)
ADD = ("SELECT", "INSERT")
WORK = ("SELECT", "INSERT", "UPDATE", "DELETE")
# Beside what the kind of a table gives: label -> more, and why.
MORE = {
    # Retention forgets those no fact stands on, and phantoms holds off new ones (LOCK TABLE).
    "payments.gatewaymessage": ("DELETE",),
    # Locked before a case about them is opened or closed, which takes a right to some column.
    "payments.conflict": ("UPDATE (id)",),
    "payments.surplus": ("UPDATE (id)",),
}
AS_OWNER = ("USER", "PASSWORD")
FORGET = "audit_forget("
# django-pgtrigger lets a session name triggers that look away; from now on only the owner's may.
LOOK_AWAY = """
CREATE OR REPLACE FUNCTION _pgtrigger_should_ignore(trigger_name name) RETURNS boolean
LANGUAGE sql AS $$
    SELECT pg_has_role(current_user, %s, 'MEMBER')
        AND trigger_name = ANY (nullif(current_setting('pgtrigger.ignore', true), '')::text[])
$$
"""
THERE = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
"""
DEFINERS = """
SELECT oid::regprocedure::text FROM pg_proc
WHERE prosecdef AND pronamespace = 'public'::regnamespace
"""
# What would make two roles one again: a sentence, and whether it is so.
FAULTS = """
SELECT 'DATABASE_URL 的角色是超级用户，请换一个普通角色。'
FROM pg_roles WHERE rolname = %(app)s AND rolsuper
UNION ALL
SELECT 'DATABASE_URL 的角色属于 DATABASE_OWNER_URL 的角色，请收回（REVOKE）。'
WHERE pg_has_role(%(app)s, current_user, 'MEMBER')
UNION ALL
SELECT 'DATABASE_URL 的角色拥有这个数据库，请用超级用户转给 DATABASE_OWNER_URL 的角色'
    || '（ALTER DATABASE … OWNER TO）。'
WHERE pg_has_role(%(app)s, 'pg_database_owner', 'MEMBER')
UNION ALL
SELECT 'DATABASE_URL 的角色可以在 public 里建表，请收回（REVOKE CREATE ON SCHEMA public）。'
WHERE has_schema_privilege(%(app)s, 'public', 'CREATE')
UNION ALL
SELECT min(relname) || ' 等 ' || count(*) || ' 个表不属于 DATABASE_OWNER_URL 的角色，'
    || '请用超级用户转给它（REASSIGN OWNED BY）。'
FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'S')
    AND pg_get_userbyid(relowner) <> current_user HAVING count(*) > 0
"""
# By whatever way: a role it is in (``pg_write_all_data``), a grant of somebody else's.
HELD = """
SELECT relname, held FROM pg_class,
    unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) held
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND has_table_privilege(%s, pg_class.oid, held)
ORDER BY 1, 2
"""


class NotTwoRoles(Exception):
    """Nothing was granted; the sentences say what to put right."""


def has_owner() -> bool:
    """Whether the tables belong to a role of their own."""
    owner = settings.DATABASE_OWNER
    return owner is not None and owner["USER"] != settings.DATABASES["default"]["USER"]


@contextmanager
def as_owner() -> Iterator[None]:
    """Within, the database is spoken to as the owner, where there is one."""
    owner = settings.DATABASE_OWNER
    if owner is None or not has_owner():
        yield
        return
    known = connection.settings_dict
    before = {name: known[name] for name in AS_OWNER}
    connection.close()
    known.update({name: owner[name] for name in AS_OWNER})
    try:
        yield
    finally:
        connection.close()
        known.update(before)


def grant(role: str) -> None:
    """Give the portal's role what it needs and nothing else; as the owner, in one transaction.

    Raises ``NotTwoRoles`` when it would keep more by another way.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FAULTS, {"app": role})
        if faults := [fault for (fault,) in cursor.fetchall()]:
            raise NotTwoRoles("\n".join(faults))
        cursor.execute(THERE)
        there = {table for (table,) in cursor.fetchall()}
        cursor.execute(DEFINERS)
        definers = [name for (name,) in cursor.fetchall()]
        given = rights(there)
        for statement in _statements(given, definers, connection.ops.quote_name(role)):
            cursor.execute(statement)
        cursor.execute(LOOK_AWAY, [connection.settings_dict["USER"]])
        cursor.execute(HELD, [role])
        for table, held in cursor.fetchall():
            if held not in given[table]:
                raise NotTwoRoles(
                    f"DATABASE_URL 的角色从别处还有 {table} 的 {held} 权限，"
                    "请收回给它的角色和授权（REVOKE）。"
                )


def rights(there: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Table -> what the portal's role may do with its rows; what no model knows is only read."""
    known = {options(model).db_table: _of_model(model) for model in tables()}
    return {table: known.get(table, READ) for table in there}


def _of_model(model: type[Model]) -> tuple[str, ...]:
    """History is written by its owner's function; facts are added, by the database's own word."""
    if model is Change:
        return READ
    if is_append_only(model):
        return ADD + MORE.get(options(model).label_lower, ())
    return WORK


def _statements(
    given: Mapping[str, tuple[str, ...]], definers: Iterable[str], role: str
) -> Iterator[str]:
    """Whoever may put a function of the owner's behind a table of his own writes as the owner."""
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}, PUBLIC"
    for kind in sorted(set(given.values())):
        named = ", ".join(
            connection.ops.quote_name(table) for table in sorted(given) if given[table] == kind
        )
        yield f"GRANT {', '.join(kind)} ON {named} TO {role}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for function in definers:
        yield f"REVOKE ALL ON FUNCTION {function} FROM {role}, PUBLIC"
        if function.startswith(FORGET):
            yield f"GRANT EXECUTE ON FUNCTION {function} TO {role}"
