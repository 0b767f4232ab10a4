"""``manage.py restore FOLDER``: a backup into the empty database and folder of the settings."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from portal.ops import backup, installation, ownership, restoring, sealing


class Command(BaseCommand):
    help = "把一份备份恢复到空数据库（DATABASE_URL）和空文件夹（MEDIA_ROOT），然后核对账目。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="备份文件夹")
        parser.add_argument("--check", action="store_true", help="只核对校验和，不恢复")

    def handle(self, *_args: object, **options: object) -> None:
        folder = options["folder"]
        assert isinstance(folder, Path)  # noqa: S101 -- argparse's type
        try:
            if options["check"]:
                backup.check(folder)
                self.stdout.write("备份完整，校验和相符。")
                return
            with ownership.as_owner():
                restoring.restore(folder, installation.here(), installation.key())
            call_command("grants", stdout=self.stdout)
        except (backup.BackupFailed, sealing.Unreadable, OSError) as error:
            raise CommandError(f"没有恢复：{error}") from error
        self.stdout.write("已恢复。核对账目：")
        call_command("audit_money", stdout=self.stdout)
