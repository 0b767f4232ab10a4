"""Migrations that came after the first release can run while the old code still serves.

What locks a table for long or takes away what running code reads is refused, unless the file says
why it is safe here: a line ``# Safe while serving: …``.
"""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration
from django.db.migrations.state import ProjectState
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

MARK = "# Safe while serving: "
ROOMS = ("portal", "retake", "payments", "credits", "transcripts")
# The last migration of each app in the first release; up to it nothing ran yet.
RELEASED = {
    "credits": 3,
    "payments": 6,
    "reconcile": 4,
    "accounts": 2,
    "calendar": 1,
    "inbox": 3,
    "jobs": 3,
    "records": 4,
    "retake": 7,
    "transcripts": 1,
}


def dangers(statements: list[str]) -> list[str]:
    """What the linter has against the SQL of one migration."""
    # Comments hide the beginning of a statement, and triggers bring newlines of their own.
    plain = [line for text in statements for line in text.splitlines() if not _is_comment(line)]
    errors, _, warnings = analyse_sql_statements(PostgresqlAnalyser, plain, None)
    return sorted({issue.code for issue in [*errors, *warnings]})


def _is_comment(line: str) -> bool:
    return line.startswith("--") or not line.strip()


def sql_of(migration: Migration, state: ProjectState) -> list[str]:
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
        return list(editor.collected_sql)


def new_migrations() -> list[tuple[str, str]]:
    found = MigrationLoader(None).disk_migrations
    return sorted(
        key
        for key, migration in found.items()
        if migration.__module__.split(".")[0] in ROOMS
        and int(key[1].split("_")[0]) > RELEASED.get(key[0], 1)
    )


@pytest.mark.django_db(transaction=True)  # some of them may not run in one
def test_new_migrations_can_run_while_the_site_serves() -> None:
    loader = MigrationLoader(connection)
    refused = {}
    for app, name in new_migrations():
        migration = loader.get_migration(app, name)
        path = Path(settings.BASE_DIR, *migration.__module__.split(".")).with_suffix(".py")
        state = loader.project_state((app, name), at_end=False)
        if MARK not in path.read_text() and (found := dangers(sql_of(migration, state))):
            refused[f"{app}.{name}"] = found
    assert refused == {}, f"make it safe, or say why it is: {MARK}…"


def made(*operations: migrations.operations.base.Operation) -> Migration:
    made: Migration = type("Migration", (Migration,), {"operations": operations})("x", "calendar")
    return made


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (migrations.RemoveField("workcalendarday", "note"), "DROP_COLUMN"),
        (migrations.RenameField("workcalendarday", "note", "why"), "RENAME_COLUMN"),
        (migrations.DeleteModel("workcalendarday"), "DROP_TABLE"),
        (migrations.AlterField("workcalendarday", "note", models.IntegerField()), "ALTER_COLUMN"),
        (migrations.AddField("workcalendarday", "n", models.IntegerField(default=0)), "NOT_NULL"),
        (
            migrations.AddIndex("workcalendarday", models.Index(fields=["note"], name="by_note")),
            "CREATE_INDEX",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_would_stop_the_site_is_refused(
    operation: migrations.operations.base.Operation, code: str
) -> None:
    state = MigrationLoader(connection).project_state(("calendar", "0001_initial"))
    assert code in dangers(sql_of(made(operation), state))


@pytest.mark.django_db
def test_what_is_safe_is_not() -> None:
    state = MigrationLoader(connection).project_state(("calendar", "0001_initial"))
    safe = made(
        migrations.AddField("workcalendarday", "n", models.TextField(null=True)),
        migrations.AddField("workcalendarday", "m", models.IntegerField(db_default=0, default=0)),
        migrations.CreateModel("Other", [("id", models.BigAutoField(primary_key=True))]),
    )
    assert dangers(sql_of(safe, state)) == []
