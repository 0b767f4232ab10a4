"""What every background task has in common."""

from typing import Any

from celery import Task

from portal.lib.origin import acting


class PlacedTask(Task):  # type: ignore[type-arg]  # not generic at run time
    """A task says which it is, so that history knows what changed a row."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with acting(f"task {self.name}"):
            return super().__call__(*args, **kwargs)
