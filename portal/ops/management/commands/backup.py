"""``manage.py backup``: database and uploads into a folder below ``BACKUP_ROOT``."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.ops import backup, installation, sealing


class Command(BaseCommand):
    help = "备份数据库和上传文件，保留最近 BACKUP_KEEP 份。"

    def handle(self, *_args: object, **_options: object) -> None:
        root = Path(settings.BACKUP_ROOT)
        try:
            key = installation.key()
            _require_uploads()
            folder = backup.make(installation.here(), root, key, timezone.now())
            manifest = backup.check(folder)
        except (backup.BackupFailed, sealing.Unreadable, OSError) as error:
            raise CommandError(f"没有备份成：{error}") from error
        size = sum(part.size for part in manifest.parts) / 1e6
        words = "已加密" if manifest.sealed else "未加密（没有设 BACKUP_KEY）"
        self.stdout.write(f"已备份到 {folder}，{size:.1f} MB，{words}。")
        for gone in backup.prune(root, settings.BACKUP_KEEP):
            self.stdout.write(f"已删除旧备份 {gone.name}。")


def _require_uploads() -> None:
    """A copy without them would push a whole one out after ``BACKUP_KEEP`` nights."""
    if installation.lost_uploads():
        raise backup.BackupFailed(
            f"数据库里有上传文件，{settings.MEDIA_ROOT} 里却一个也没有。"
            "请看它的磁盘有没有挂载、MEDIA_ROOT 有没有写错。"
        )
