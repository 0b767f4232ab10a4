"""Constraints shared by the models of the record."""

from django.db.models import CheckConstraint, Q

from portal.lib.labels import Labelled


def known(field: str, words: type[Labelled], name: str) -> CheckConstraint:
    """Hold a field to the words of the record in the database too."""
    return CheckConstraint(
        condition=Q(**{f"{field}__in": [word.value for word in words]}),
        name=name,
        violation_error_message="不是规定的取值。",
    )


def half_steps(field: str, name: str) -> CheckConstraint:
    """Credits are not negative and come in steps of 0.5 (domain.md §2)."""
    return CheckConstraint(
        condition=Q(**{f"{field}__gte": 0, f"{field}__regex": r"\.[05]$"}),
        name=name,
        violation_error_message="学分不能为负，且以 0.5 为单位。",
    )
