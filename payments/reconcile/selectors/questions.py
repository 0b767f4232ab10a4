"""What asks for a person before a statement that the portal fetched itself is applied."""

from datetime import datetime

from django.db.models import Q

from payments.reconcile.models import Upload, UploadRow
from payments.reconcile.selectors.uploads import missing
from payments.reconcile.states import CLEAN, Group


def questions(upload: Upload, now: datetime) -> list[str]:
    """Each in a few words; none: the file is clean, no row differs, no name or number, no sum, and
    none of ours is missing.
    """
    odd = [group for group in Group if group in upload.groups and group not in CLEAN]
    told = [f"{group.label} {upload.groups[group][0]} 行" for group in odd]
    if upload.totals_agree is False:
        told.append("文件写的合计和逐行加起来的不一样")
    other_person = Q(name_differs=True) | Q(number_differs=True)
    if strange := UploadRow.objects.filter(other_person, upload=upload).count():
        told.append(f"姓名或学号不同 {strange} 行")
    if lost := missing(upload, now).missing.count():
        told.append(f"我方有、文件没有 {lost} 笔")
    return told
