"""Which grades may be a pass, asked of the database before histories are read."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import Q

from portal.records import grading
from portal.records.models import GradePolicy

# What passes under one policy: its pass mark, its words with the scores they stand for.
Reading = tuple[Decimal, Mapping[str, Decimal | float]]


def may_pass() -> Q:
    """Rows of ``GradeAttempt`` that pass under some policy, dated or built in. One statement.

    Which policy holds for a row, and whether a later row corrects it, the histories know.
    """
    readings: list[Reading] = list(GradePolicy.objects.values_list("pass_mark", "levels"))
    readings.append((grading.BUILT_IN.pass_mark, grading.BUILT_IN.levels))
    lowest = min(mark for mark, _ in readings)
    return Q(flag="") & (Q(score__gte=lowest) | Q(text__in=_passing_words(readings)))


def _passing_words(readings: Iterable[Reading]) -> set[str]:
    found = {word for mark, words in readings for word, score in words.items() if score >= mark}
    return {grading.EXEMPT, *found}
