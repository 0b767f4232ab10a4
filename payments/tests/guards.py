"""What PostgreSQL guards in the tables of money, by name, and how one guard is taken away.

Only inside a test's own transaction, which is rolled back, or in a throwaway database.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import connection, models
from django.db.models import Model

APP = "payments"


@dataclass(frozen=True)
class Guard:
    """A constraint or unique column (``rule``) or a trigger of one table."""

    model: type[Model]
    name: str
    trigger: str = ""  # its name in the database
    column: str = ""  # of a unique column, whose constraint has no name of ours

    def remove(self) -> None:
        """Take it away."""
        table = self.model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may be pending
            if self.trigger:
                cursor.execute(f'DROP TRIGGER "{self.trigger}" ON "{table}"')
                return
            name = self._constraint()
            cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [name])
            if cursor.fetchone()[0]:
                cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')
            else:
                cursor.execute(f'DROP INDEX "{name}"')  # unique under a condition

    def _constraint(self) -> str:
        if not self.column:
            return self.name
        with connection.cursor() as cursor:
            known = connection.introspection.get_constraints(cursor, self.model._meta.db_table)
        return next(
            str(name)
            for name, about in known.items()
            if about["unique"] and about["columns"] == [self.column]
        )


def guards(app: str = APP) -> dict[str, Guard]:
    """Every guard the models of an app declare, by ``Model.name``."""
    found = (
        (model, guard) for model in apps.get_app_config(app).get_models() for guard in _of(model)
    )
    return {f"{model.__name__}.{guard.name}": guard for model, guard in found}


def _of(model: type[Model]) -> Iterator[Guard]:
    for constraint in model._meta.constraints:
        yield Guard(model, constraint.name)
    for trigger in getattr(model._meta, "triggers", ()):
        yield Guard(model, trigger.name, trigger=trigger.get_pgid(model))
    for field in model._meta.local_fields:
        if field.unique and not isinstance(field, models.AutoField):
            yield Guard(model, field.name, column=str(field.column))
