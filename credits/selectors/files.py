"""Attachments and who may see them, and files that were seen before."""

from dataclasses import dataclass

from django.db.models import Q

from credits.attachments.likeness import same_picture
from credits.models import Application, Attachment
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.lib.errors import NotYours
from portal.records.models import HOME_COLLEGE

LOOKED_AT = 30  # of the files whose hashes are near, the newest
NEAR = 3  # bits in which two perceptual hashes may differ and still be one picture
_MAY = "credits.view_attachment"


def attachment_for(user: User, attachment_id: int) -> Attachment:
    """One file, for its student, his home college and the teaching office (``NotYours``)."""
    college = f"application__student__{HOME_COLLEGE}"
    row = Attachment.objects.select_related(college).filter(pk=attachment_id).first()
    if row is None or not _may_see(user, row):
        raise NotYours("没有找到这个文件。")
    return row


def _may_see(user: User, row: Attachment) -> bool:
    student = row.application.student
    if student.user_id == user.pk:
        return row.application.deleted_at is None
    if not user.has_perm(_MAY):
        return False
    return user.role != Role.REVIEWER or user.college_id == student.college.pk


@dataclass(frozen=True)
class Duplicate:
    """The same picture handed in by somebody else."""

    name: str  # of the file under review
    number: str  # the other application
    exact: bool  # byte for byte, or only by its look


def duplicates(row: Application) -> list[Duplicate]:
    """Files of this application that another student has handed in too.

    One statement, and one for its files unless they were prefetched.
    """
    own = list(row.attachments.all())
    alike = _alike(own, row.student_id)
    return [
        Duplicate(mine.name, other.application.number, mine.sha256 == other.sha256)
        for mine in own
        for other in alike
        if _same(mine, other)
    ]


def _alike(own: list[Attachment], student_id: int) -> list[Attachment]:
    bands = [band for one in own for band in one.bands]
    wanted = Q(sha256__in=[one.sha256 for one in own])
    if bands:
        wanted |= Q(bands__overlap=bands)
    rows = Attachment.objects.filter(wanted).select_related("application")
    others = rows.exclude(application__student=student_id)
    return list(others.order_by("-id")[:LOOKED_AT])


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
        with mine.file.open("rb") as left, other.file.open("rb") as right:
            return same_picture(left, right)
    except FileNotFoundError:
        return True
