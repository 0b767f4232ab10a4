"""Accounts for students that came by import."""

from collections.abc import Collection

from django.contrib.auth.hashers import make_password
from django.db import transaction

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.records.models import Student


def open_accounts(*, student_ids: Collection[int]) -> int:
    """Give every student without one an account named by his number; returns how many.

    No password works until somebody sets one. An existing student account of the same name is
    taken over.
    """
    with transaction.atomic():
        students = list(
            Student.objects.select_for_update(no_key=True, of=("self",)).filter(
                id__in=student_ids, user__isnull=True
            )
        )
        unusable = make_password(None)
        User.objects.bulk_create(
            (
                User(username=one.number, name=one.name, role=Role.STUDENT, password=unusable)
                for one in students
            ),
            ignore_conflicts=True,
        )
        names = [one.number for one in students]
        users = dict(
            User.objects.filter(username__in=names, role=Role.STUDENT).values_list("username", "pk")
        )
        for student in students:
            student.user_id = users.get(student.number)
        Student.objects.bulk_update(students, ["user"], batch_size=1000)
    return sum(student.user_id is not None for student in students)
