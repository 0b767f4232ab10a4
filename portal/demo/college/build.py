"""The whole demo college in one transaction."""

from datetime import datetime
from random import Random

from django.db import connection, transaction

from portal.calendar.services import seed_official_days
from portal.demo.college.accounts import build_staff, demo_hash
from portal.demo.college.classes import build_classes
from portal.demo.college.crowd import Crowd
from portal.demo.college.frame import build_frame
from portal.demo.college.named import build_named
from portal.records.models import Student

FRAME_SEED = 20220101


def is_built() -> bool:
    """Whether the database already holds students."""
    return Student.objects.exists()


@transaction.atomic
def build_college(number_of_students: int, now: datetime) -> None:
    """Write the demo college with ``number_of_students`` invented students beside the named ones.

    Into an empty record only. Foreign keys are checked statement by statement, so that millions
    of deferred checks do not pile up in the server's memory. The server counts what was loaded
    at once: until then it plans for as little as it last saw, which may have been nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    password_hash = demo_hash()
    seed_official_days()
    frame = build_frame(Random(FRAME_SEED))  # noqa: S311 -- demo data, not a secret
    classes = build_classes(frame)
    build_staff(frame, password_hash)
    build_named(frame, classes, password_hash, now)
    Crowd(frame, classes, password_hash).write(number_of_students)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
