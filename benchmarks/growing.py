"""Colleges of any size for ``benchmarks.growth``, written set-wise, and who looks at their pages.

Every student has forty grades, three enrolments with their charges, an order that came to
nothing, and five messages: the same pages at every size.
"""

import json
import sys
import time
from datetime import date

import django

# Triggers and foreign keys would take most of the time; the rows are those they would let in.
WITHOUT_CHECKS = "SET session_replication_role = replica"
PASSED_COURSES = 10
MORE = (
    """INSERT INTO records_gradeattempt
           (student_id, course_id, term_id, kind, score, text, flag, recorded_on, source)
       SELECT student.id, class.course_id, class.term_id, 'regular', 80, '', '', '2023-06-20', ''
       FROM records_student student CROSS JOIN records_teachingclass class
       WHERE class.code LIKE 'JP%%'""",
    """INSERT INTO retake_enrollment (student_id, course_id, term_id, round_id, rule_set_id, state,
           credit_hours, fee_fen, exempt, improves, override_reason, enrolled_at)
       SELECT student.id, course.id, round.term_id, round.id, round.rule_set_id, 'enrolled', 2,
              20000, false, false, '', now()
       FROM records_student student
       CROSS JOIN (SELECT id FROM records_course WHERE code LIKE 'B%%' ORDER BY id LIMIT 3) course
       CROSS JOIN (SELECT * FROM retake_round WHERE state = 'published'
                   ORDER BY id DESC LIMIT 1) round""",
    """INSERT INTO payments_charge
           (payer_id, purpose, reference, "group", title, amount_fen, state, created_at)
       SELECT student.user_id, 'retake', enrollment.id, 'retake:round:' || round_id, '重修', 20000,
              'owed', now()
       FROM retake_enrollment enrollment
       JOIN records_student student ON student.id = student_id""",
    """INSERT INTO payments_order (number, payer_id, channel, amount_fen, state, opened_at,
           expires_at, closed_at, pay_url, check_count, superseded)
       SELECT 'ZZJFG' || min(id), payer_id, 'finance', 20000, 'closed', now() - interval '9 days',
              now() - interval '8 days', now() - interval '8 days', '', 0, false
       FROM payments_charge GROUP BY payer_id""",
    """INSERT INTO payments_orderline
           (order_id, charge_id, position, amount_fen, state, released_at,
           payable_again_at, announced_at)
       SELECT o.id, c.id, 1, 20000, 'released', o.closed_at, o.closed_at, o.closed_at
       FROM payments_order o JOIN payments_charge c ON o.number = 'ZZJFG' || c.id""",
    """INSERT INTO inbox_message (user_id, key, title, body, link, sent_at, handed_out)
       SELECT user_id, 'growth:' || n, '重修报名开始', '报名已开始', '/retake/', now(), true
       FROM records_student, generate_series(1, 5) n""",
    """INSERT INTO retake_noticeacknowledgement (student_id, round_id, version, read_at)
       SELECT student.id, round.id, round.notice_version, now()
       FROM records_student student CROSS JOIN retake_round round
       WHERE round.state = 'published'""",
    "ANALYZE",
)


def fill(students: int) -> None:
    """Build a college into the migrated database of the settings."""
    django.setup()
    from django.db import connection  # noqa: PLC0415 -- after setup

    from benchmarks import cohort  # noqa: PLC0415 -- models, after setup

    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_CHECKS)
        cohort.build(students)
        _found_passed_courses()
        for statement in MORE:
            cursor.execute(statement)


def _found_passed_courses() -> None:
    from portal.accounts.models import College  # noqa: PLC0415 -- models, after setup
    from portal.records.models import AcademicTerm, Course, TeachingClass  # noqa: PLC0415

    college, term = College.objects.get(), AcademicTerm.objects.order_by("code")[1]
    assert term.starts_on < date(2024, 1, 1)
    courses = Course.objects.bulk_create(
        Course(code=f"P{number:05d}", name=f"公共课程（{number + 1}）", credit_hours=2,
               course_hours=32, offering_college=college)
        for number in range(PASSED_COURSES)
    )  # fmt: skip
    TeachingClass.objects.bulk_create(
        TeachingClass(code=f"J{course.code}", name=course.name, course=course, term=term)
        for course in courses
    )


def look_about() -> None:
    """Answer questions on standard input, a JSON list each: ``["pages", username]`` -> paths he can
    open, ``[username, path]`` -> seconds, processor seconds, statements and status,
    ``["sign in", username]`` and ``["sign in by campus", username]`` -> processor seconds.
    """
    django.setup()
    from benchmarks.onlooker import Onlooker  # noqa: PLC0415 -- models, after setup

    onlooker = Onlooker()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(onlooker.answer(*json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    began = time.monotonic()
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
        sys.stderr.write(f"{sys.argv[2]} students in {time.monotonic() - began:.0f} s\n")
    else:
        look_about()
