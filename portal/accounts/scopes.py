"""The two college scopes of staff pages.

``home``: the college a student belongs to, for exchanges and transcripts. ``offering``: the
college that offers a course, for arranging and results. They differ for every general course.
"""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from portal.accounts.models import User
from portal.accounts.roles import ALL_COLLEGES, Role

M = TypeVar("M", bound=Model)


def within(user: User | AnonymousUser, rows: QuerySet[M], college_path: str) -> QuerySet[M]:
    """Keep the rows whose ``college_path`` (``student__college``, ``course__offering_college``)
    is the user's own college; all rows for offices that serve every college, none for others.
    """
    if not isinstance(user, User):
        return rows.none()
    if user.role in ALL_COLLEGES:
        return rows
    if user.role == Role.REVIEWER:
        return rows.filter(**{college_path: user.college_id})
    return rows.none()
