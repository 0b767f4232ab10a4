"""Enums that carry the college's own word, free of Django so that pure rules may use them."""

from enum import StrEnum


class Labelled(StrEnum):
    """``MAKEUP = "makeup", "补考"``; the member is its value, ``.label`` is what people read."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Labelled":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs for a model field's ``choices``."""
        return [(member.value, member.label) for member in cls]
