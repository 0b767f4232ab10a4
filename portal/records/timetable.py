"""Which courses collide with a student's own timetable (rule R11 of the retake process)."""

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Exists, OuterRef

from portal.records.models import TeachingSlot


def timetable_clashes(student_id: int, course_ids: Collection[int], term: str) -> dict[int, str]:
    """Courses none of whose classes of ``term`` fits; the text is the first clash: 周三 3–4 节.

    A course without a class or without hours has no entry. One statement.
    """
    slots = TeachingSlot.objects.filter(teaching_class__term__code=term)
    own = slots.filter(
        teaching_class__studentcourse__student=student_id,
        weekday=OuterRef("weekday"),
        first_period__lte=OuterRef("last_period"),
        last_period__gte=OuterRef("first_period"),
        first_week__lte=OuterRef("last_week"),
        last_week__gte=OuterRef("first_week"),
    ).exclude(teaching_class=OuterRef("teaching_class"))
    offered = (
        slots.filter(teaching_class__course__in=course_ids)
        .annotate(collides=Exists(own))
        .select_related("teaching_class")
        .order_by("teaching_class", "weekday", "first_period")
    )
    by_class: dict[int, dict[int, str]] = defaultdict(dict)
    for slot in offered:
        found = by_class[slot.teaching_class.course_id]
        text = str(slot) if vars(slot)["collides"] else ""
        found[slot.teaching_class_id] = found.get(slot.teaching_class_id) or text
    return {
        course_id: next(iter(texts.values()))
        for course_id, texts in by_class.items()
        if all(texts.values())
    }
