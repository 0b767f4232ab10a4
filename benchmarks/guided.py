"""A large college in the scratch database of ``benchmarks.guidance``, written set-wise."""

from django.db import connection
from django.utils import timezone

from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.records.models import AdminClass, Course, Major, Student, Teacher
from retake.guidance.filters import Filters, chosen
from retake.guidance.table import Line, streamed, whole
from retake.models import RuleSet

A_TERM = 30_000
COURSES, STUDENTS = 500, 10_000
GRADE, PHONE = 2021, "13912345678"

TERM = """
WITH term AS (
    INSERT INTO records_academicterm (code, starts_on, ends_on, is_current)
    VALUES (%(code)s, make_date(%(year)s, 9, 1), make_date(%(year)s, 12, 31), false)
    RETURNING id
), round AS (
    INSERT INTO retake_round (term_id, name, notice, notice_version, fee_policy, free_attempts,
        guidance_days, state)
    SELECT id, '轮次', '', 1, 'credit', 0, 3, 'draft' FROM term RETURNING id, term_id
), groups AS (
    INSERT INTO retake_teachinggroup (term_id, course_id, serial, name, mode, teacher_id, phone,
        tutor_id, capacity, place_text, exam_room, exam_form, requirement, remark, state,
        version, created_by_id, created_at, changed_at)
    SELECT term.id, c.first + g %% 500, 1 + g / 500,
           %(code)s || '-K' || lpad((1 + g %% 500)::text, 6, '0') || '-重修' || 1 + g / 500 || '班',
           'own', t.first + g %% 1000, '', t.first + (g * 7) %% 1000, 60,
           '每周一 18:30 博学楼 B304', '', '', '', '', 'active', 0, u.id, now(), now()
    FROM term, generate_series(0, (%(rows)s + 29) / 30 - 1) g,
         (SELECT min(id) AS first FROM records_course) c,
         (SELECT min(id) AS first FROM records_teacher) t,
         (SELECT id FROM accounts_user WHERE username = 'teaching') u
    RETURNING id
)
SELECT round.term_id, round.id, (SELECT min(id) FROM groups) FROM round
"""
ENROLMENTS = """
INSERT INTO retake_enrollment (student_id, course_id, term_id, round_id, rule_set_id, state,
    credit_hours, fee_fen, exempt, improves, override_reason, enrolled_at)
SELECT s.first + i %% 10000, c.first + (i / 30) %% 500, %(term)s, %(round)s, r.id, 'enrolled', 4,
       40000, false, false, '', now()
FROM generate_series(0, %(rows)s - 1) i,
     (SELECT min(id) AS first FROM records_student) s,
     (SELECT min(id) AS first FROM records_course) c, retake_ruleset r
"""
SEATS = """
INSERT INTO retake_assignment (enrollment_id, group_id, term_id, admin_class_id, grade_year,
    assigned_by_id, assigned_at)
SELECT e.id, g.id, %(term)s, s.admin_class_id, s.grade_year, u.id, now()
FROM (SELECT id, student_id, course_id, row_number() OVER (ORDER BY id) - 1 AS i
      FROM retake_enrollment WHERE term_id = %(term)s) e
JOIN records_student s ON s.id = e.student_id
JOIN retake_teachinggroup g ON g.term_id = %(term)s AND g.course_id = e.course_id
    AND g.serial = 1 + e.i / 15000,
(SELECT id FROM accounts_user WHERE username = 'teaching') u
"""
# Triggers and foreign keys would take most of the time; the rows are those they would let in.
WITHOUT_CHECKS, WITH_CHECKS = (
    f"SET session_replication_role = {role}" for role in ("replica", "DEFAULT")
)
MOVE = "UPDATE retake_enrollment SET state = %(state)s WHERE term_id = %(term)s"
# What arranging writes, with the same triggers, without anybody asking.
BARE = (
    """INSERT INTO retake_teachinggroup (term_id, course_id, serial, name, mode, phone, capacity,
        place_text, exam_room, exam_form, requirement, remark, state, version, created_by_id,
        created_at, changed_at)
    SELECT %(term)s, c.id, s, c.code || '-' || s, 'own', '', 60, '', '', '', '', '', 'active', 0,
        u.id, now(), now()
    FROM records_course c, generate_series(1, 2) s, accounts_user u
    WHERE u.username = 'teaching'""",
    """INSERT INTO retake_assignment
        (enrollment_id, group_id, term_id, admin_class_id, grade_year, assigned_by_id, assigned_at)
    SELECT e.id, g.id, %(term)s, s.admin_class_id, s.grade_year, g.created_by_id, now()
    FROM retake_enrollment e JOIN records_student s ON s.id = e.student_id
    JOIN retake_teachinggroup g ON g.term_id = e.term_id AND g.course_id = e.course_id
        AND g.serial = 1 + e.id %% 2
    WHERE e.term_id = %(term)s AND e.state = 'confirmed'""",
    "UPDATE retake_enrollment SET state = 'arranged' WHERE term_id = %(term)s",
    """INSERT INTO retake_enrollmentevent (enrollment_id, kind, actor_id, reason, happened_at)
    SELECT e.id, 'arranged', u.id, '', now() FROM retake_enrollment e, accounts_user u
    WHERE e.term_id = %(term)s AND u.username = 'teaching'""",
    """INSERT INTO inbox_message (user_id, key, title, body, link, sent_at)
    SELECT s.user_id, 'retake:arranged:' || e.id, '课程的重修已安排', '已编班', '/guidance/', now()
    FROM retake_enrollment e JOIN records_student s ON s.id = e.student_id
    WHERE e.term_id = %(term)s""",
)


def found_college(students: int = STUDENTS) -> None:
    """Colleges, courses, teachers, students with accounts; nobody arranged yet."""
    User.objects.create(username="teaching", name="教学部", role=Role.TEACHING)
    colleges = College.objects.bulk_create(
        College(code=f"C{one}", name=f"学院{one}") for one in range(10)
    )
    majors = Major.objects.bulk_create(
        Major(code=f"M{one}", name=f"专业{one}", college=colleges[one % 10]) for one in range(50)
    )
    classes = AdminClass.objects.bulk_create(
        AdminClass(
            code=f"B{one}", name=f"班{one}", major=majors[one % 50], grade_year=GRADE + one % 4
        )
        for one in range(400)
    )
    _found_courses(colleges)
    _found_students(classes, students)
    RuleSet.objects.create(name="规则", created_at=timezone.now())


def _found_courses(colleges: list[College]) -> None:
    Teacher.objects.bulk_create(
        Teacher(number=f"T{one:04}", name=f"老师{one}", phone=PHONE, college=colleges[one % 10])
        for one in range(1000)
    )
    Course.objects.bulk_create(
        Course(
            code=f"K{one:06}",
            name=f"课程{one}",
            credit_hours=4,
            course_hours=64,
            offering_college=colleges[one % 10],
        )
        for one in range(COURSES)
    )


def _found_students(classes: list[AdminClass], number: int) -> None:
    users = User.objects.bulk_create(
        User(username=f"2023{one:06}", name=f"同学{one}", role=Role.STUDENT)
        for one in range(number)
    )
    Student.objects.bulk_create(
        Student(
            number=user.username,
            name=user.name,
            gender="女",
            admin_class=classes[one % 400],
            grade_year=GRADE + one % 4,
            phone=PHONE,
            user=user,
        )
        for one, user in enumerate(users)
    )


def grow_to(size: int) -> None:
    """Fill term after term until so many rows are arranged; the newest term is the current one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT term_id) FROM retake_assignment")
        there, terms = cursor.fetchone()
        cursor.execute(WITHOUT_CHECKS)
        while there < size:
            rows = min(A_TERM, size - there)
            fill_term(terms, rows, "arranged")
            there, terms = there + rows, terms + 1
        cursor.execute(WITH_CHECKS)
    _run(
        """UPDATE records_academicterm SET is_current = false WHERE is_current;
        UPDATE records_academicterm SET is_current = true
        WHERE code = (SELECT max(code) FROM records_academicterm)"""
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def fill_term(number: int, rows: int, state: str) -> int:
    """One term with enrolments, seated unless they only wait (``confirmed``); its id."""
    year = 1950 + number
    code = f"{year}-{year + 1}-1"
    with connection.cursor() as cursor:
        seats = rows if state == "arranged" else 0
        cursor.execute(TERM, {"code": code, "year": year, "rows": seats})
        term, opened, _ = cursor.fetchone()
        given = {"term": term, "round": opened, "rows": rows}
        cursor.execute(ENROLMENTS, given)
        cursor.execute(MOVE, given | {"state": "confirmed"})
        if seats:
            cursor.execute(SEATS, given)
            cursor.execute(MOVE, given | {"state": "arranged"})
    return int(term)


def confirm(rows: int) -> int:
    """A last term whose students wait for a group; its id."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_academicterm")
        [terms] = cursor.fetchone()
    term = fill_term(terms, rows, "confirmed")
    _run("ANALYZE")
    return term


def cells(rows: int) -> list[Line]:
    """The cells of the export, read beforehand."""
    user = User.objects.get(username="teaching")
    found = list(streamed(chosen(user, Filters()), whole))
    return found[:rows]


def _run(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)
