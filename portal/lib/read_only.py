"""Rows that admin shows and services write: mixins, to stand before the admin class."""

from typing import Any


class Kept:
    """Rows that come and go by services; what may be edited is up to the class behind."""

    def has_add_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False

    def has_delete_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False


class ReadOnly(Kept):
    """No adding, changing or deleting, whatever the role; for inlines, too."""

    def has_change_permission(self, *_args: Any, **_kwargs: Any) -> bool:
        return False
