"""Attachments and who may see them, and files that were seen before."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from credits.attachments.likeness import same_picture
from credits.models import Attachment
from credits.models.applications import number_of
from credits.selectors.nested import made, nested
from credits.states import ApplicationState
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.lib.errors import NotYours
from portal.lib.prepared import Prepared, among
from portal.records.models import HOME_COLLEGE

LOOKED_AT = 30  # of the files with a hash near that of one, the newest
NEAR = 3  # bits in which two perceptual hashes may differ and still be one picture
_MAY = "credits.view_attachment"


def attachment_for(user: User, attachment_id: int) -> Attachment:
    """One file, for its student, and once it was filed for his home college and the offices.

    ``NotYours`` for anybody else.
    """
    college = f"application__student__{HOME_COLLEGE}"
    row = Attachment.objects.select_related(college).filter(pk=attachment_id).first()
    if row is None or not _may_see(user, row):
        raise NotYours("没有找到这个文件。")
    return row


def _may_see(user: User, row: Attachment) -> bool:
    about, student = row.application, row.application.student
    if about.deleted_at is not None:
        return False
    if student.user_id == user.pk:
        return True
    if about.state == ApplicationState.DRAFT or not user.has_perm(_MAY):
        return False
    return user.role != Role.REVIEWER or user.college_id == student.college.pk


@dataclass(frozen=True)
class Duplicate:
    """The same picture handed in by somebody else."""

    name: str  # of the file under review
    number: str  # the other application
    exact: bool  # byte for byte, or only by its look


def duplicates_of(application_ids: Collection[int]) -> dict[int, list[Duplicate]]:
    """Files of applications that another student has handed in too. One statement."""
    found: dict[int, list[Duplicate]] = {one: [] for one in application_ids}
    for mine in _own(application_ids=list(application_ids)):
        others = [
            (made(Attachment, row), datetime.fromisoformat(row["filed_at"]))
            for row in vars(mine)["alike"]
        ]
        found[mine.application_id] += _each_once(mine, others)
    return found


def _each_once(mine: Attachment, others: Iterable[tuple[Attachment, datetime]]) -> list[Duplicate]:
    """An application that has the picture twice is named once."""
    exact: dict[str, bool] = {}
    for other, filed_at in others:
        if _same(mine, other):
            number = number_of(other.application_id, filed_at)
            exact[number] = exact.get(number, False) or mine.sha256 == other.sha256
    return [Duplicate(mine.name, number, same) for number, same in exact.items()]


@Prepared
def _own() -> QuerySet[Any, Attachment]:
    own = Attachment.objects.filter(among("application_id", "application_ids"))
    return own.order_by("id").annotate(alike=_alike())


def _alike() -> ArraySubquery:
    """The newest files of other students with the same bytes, or a hash that may be near.

    Not the newest ids: PostgreSQL would look for them from the end of the table.
    """
    wanted = Q(sha256=OuterRef("sha256")) | Q(bands__overlap=OuterRef("bands"))
    others = Attachment.objects.filter(wanted).exclude(
        application__student=OuterRef("application__student")
    )
    return nested(others.order_by("-uploaded_at")[:LOOKED_AT], filed_at="application__created_at")


def _same(mine: Attachment, other: Attachment) -> bool:
    if mine.sha256 == other.sha256:
        return True
    if not mine.look or not other.look:
        return False
    near = (int(mine.look, 16) ^ int(other.look, 16)).bit_count() <= NEAR
    return near and _same_by_field(mine, other)


def _same_by_field(mine: Attachment, other: Attachment) -> bool:
    """A closer look, at the files; one that is gone cannot clear the other."""
    try:
        storage = mine.file.storage
        with storage.open(mine.picture) as left, storage.open(other.picture) as right:
            return same_picture(left, right)
    except FileNotFoundError:
        return True
