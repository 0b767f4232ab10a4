"""Files that background jobs left: lists of names and sheets that can be made again."""

from datetime import datetime

from django.core.files.storage import default_storage
from django.db import transaction

from portal.jobs.models import Job
from portal.jobs.states import JobState
from portal.lib.retention import Keeping

AT_ONCE = 50  # jobs; each may have left hundreds of megabytes


def _files(cutoff: datetime, batch: int) -> int:
    """The rows forget their files first: a file without a row harms nobody, the other way does."""
    old = Job.objects.filter(finished_at__lt=cutoff).exclude(files={})
    with transaction.atomic():
        jobs = list(
            old.exclude(state=JobState.RUNNING)
            .select_for_update(no_key=True, of=("self",), skip_locked=True)
            .order_by("pk")[:batch]
        )
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(files={})
    for path in (path for job in jobs for path in job.files.values()):
        default_storage.delete(path)
    return len(jobs)


FILES = Keeping("后台任务的结果文件", "UPLOAD_DAYS", 30, _files, AT_ONCE)
