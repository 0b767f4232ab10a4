"""Constraints shared by the models of the record."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import CheckConstraint, F, Q
from django.db.models.functions import Round

from portal.lib.labels import Labelled
from portal.records.grading import FIVE_LEVELS


def known(field: str, words: type[Labelled], name: str) -> CheckConstraint:
    """Hold a field to the words of the record in the database too."""
    return CheckConstraint(
        condition=Q(**{f"{field}__in": [word.value for word in words]}),
        name=name,
        violation_error_message="不是规定的取值。",
    )


_HALF_STEPS = "学分不能为负，且以 0.5 为单位。"


def half_step(value: Decimal) -> None:
    """The rule of ``half_steps`` for one field, so that forms and files name the column."""
    if value < 0 or (value * 2) != (value * 2).to_integral_value():
        raise ValidationError(_HALF_STEPS)


def half_steps(field: str, name: str) -> CheckConstraint:
    """Credits are not negative and come in steps of 0.5.

    Arithmetic, not a pattern: PostgreSQL reads ``-3::text`` as minus a text.
    """
    return CheckConstraint(
        condition=Q(**{f"{field}__gte": 0, field: Round(F(field) * 2) / 2}),
        name=name,
        violation_error_message=_HALF_STEPS,
    )


def scores_of_levels(value: object) -> None:
    """A score for every word a grade may be; of one without, no page could be made."""
    given = value if isinstance(value, dict) else {}
    missing = [word for word in FIVE_LEVELS if not _is_score(given.get(word))]
    if missing:
        raise ValidationError(f"每个等级都要有 0–100 的分数，这些没有：{'、'.join(missing)}。")
    if strange := given.keys() - FIVE_LEVELS.keys():
        raise ValidationError(f"没有这些等级：{'、'.join(sorted(strange))}。")


def _is_score(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 100
