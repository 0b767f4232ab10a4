"""Student, then Enrollment, then what ``payments`` locks: the one order of the whole portal."""

from django.db.models import QuerySet

from portal.lib.errors import DomainError, NotYours
from portal.lib.prepared import Prepared, Slot
from portal.records.models import Student
from retake.models import Enrollment


def student_of(user_id: int) -> Student:
    """Lock the student behind an account; the cap of a term is checked under this lock."""
    student = _student_of.first(user_id=user_id)
    if student is None:
        raise not_a_student()
    return student


def student(student_id: int) -> Student:
    """Lock a student by id (``NotYours`` when there is none)."""
    found = _students().filter(pk=student_id).first()
    if found is None:
        raise NotYours
    return found


def rows_of_term(student_id: int, term_id: int) -> dict[int, Enrollment]:
    """Lock every row of a student in a term, by course id."""
    rows = _rows_of_term(student_id=student_id, term_id=term_id)
    return {row.course_id: row for row in rows}


def enrollment(enrollment_id: int) -> Enrollment:
    """Lock one row with its course and round at hand; its student is locked already."""
    return _enrollments().select_related("course", "round").get(pk=enrollment_id)


def enrollments_of_many(rows: QuerySet[Enrollment]) -> list[Enrollment]:
    """Lock the students of these rows by id, then the rows, with student and course at hand."""
    students = _students().filter(pk__in=rows.order_by().values("student")).order_by("pk")
    list(students.values_list("pk"))
    return list(
        rows.select_related("student", "course")
        .order_by("pk")
        .select_for_update(no_key=True, of=("self",))
    )


def not_a_student() -> DomainError:
    """The refusal for accounts that are nobody's student."""
    return DomainError(
        "student.none",
        "这个账号不是学生账号，没有重修可办。",
        advice="用学号登录；工作人员请到管理后台。",
        status=403,
    )


def _students() -> QuerySet[Student]:
    return Student.objects.select_for_update(no_key=True, of=("self",))


def _enrollments() -> QuerySet[Enrollment]:
    return Enrollment.objects.select_for_update(no_key=True, of=("self",))


@Prepared
def _student_of() -> QuerySet[Student]:
    return _students().filter(user=Slot("user_id")).order_by()


@Prepared
def _rows_of_term() -> QuerySet[Enrollment]:
    rows = _enrollments().filter(student=Slot("student_id"), term=Slot("term_id"))
    return rows.order_by("pk")
