"""Reads the academic records of many students at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from portal.records.academic import AcademicRecord, LevelExam
from portal.records.grading import policy_on
from portal.records.histories import course_histories, policy_of
from portal.records.ledger import exchanges
from portal.records.models import HOME_COLLEGE, Course, GradePolicy, LevelExamScore, Student
from portal.records.romanised import romanised
from portal.records.rows import POLICY


def academic_records(student_ids: Collection[int], *, today: date) -> dict[int, AcademicRecord]:
    """The records of these students by id; ids nobody has are left out. Eight statements."""
    histories = course_histories(student_ids, today=today)
    taken = {one.course_id for own in histories.values() for one in own if one.attempts}
    names = dict(Course.objects.filter(id__in=taken).values_list("id", "english_name"))
    exams = _exams(student_ids)
    given = exchanges(student_ids)
    written = GradePolicy.objects.values_list(POLICY, flat=True)
    policy = policy_on([policy_of(row) for row in written], today)
    students = Student.objects.filter(id__in=student_ids).select_related(HOME_COLLEGE)
    return {
        student.pk: AcademicRecord(
            student_id=student.pk,
            number=student.number,
            roll_number=student.roll_number,
            name=student.name,
            english_name=student.english_name or romanised(student.name),
            college=student.college.name,
            major=student.admin_class.major.name,
            college_english=student.college.english_name,
            major_english=student.admin_class.major.english_name,
            class_name=student.admin_class.name,
            standing=student.get_standing_display(),
            courses=(courses := tuple(one for one in histories[student.pk] if one.attempts)),
            english_names={one.course_id: names[one.course_id] for one in courses},
            exams=tuple(exams[student.pk]),
            policy=policy,
            exchanges=given.get(student.pk, ()),
        )
        for student in students
    }


def _exams(student_ids: Collection[int]) -> dict[int, list[LevelExam]]:
    found: dict[int, list[LevelExam]] = defaultdict(list)
    scores = LevelExamScore.objects.filter(student__in=student_ids).order_by("taken_on", "exam")
    for row in scores:
        found[row.student_id].append(LevelExam(row.exam, row.result, row.passed, row.taken_on))
    return found
