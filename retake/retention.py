"""Uploaded sheets of names and results: what they did is in the rows they changed."""

from datetime import datetime

from portal.lib.retention import Keeping, delete_some
from retake.models import SheetUpload

AT_ONCE = 50  # files; each may have some megabytes


def _sheets(cutoff: datetime, batch: int) -> int:
    return delete_some(SheetUpload.objects.filter(uploaded_at__lt=cutoff), batch)


SHEETS = Keeping("上传的表格", "UPLOAD_DAYS", 30, _sheets, AT_ONCE)
