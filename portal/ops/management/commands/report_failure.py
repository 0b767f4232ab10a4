"""A unit of systemd has failed: the log says so loudly, every administrator reads it."""

import logging
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.inbox.services import Note, send

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "systemd 的单元失败时（OnFailure=）告诉系统管理员。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("unit", help="单元名，如 portal-backup.service")

    def handle(self, *_args: Any, unit: str, **_options: Any) -> None:
        # First to the log: the database may be what has failed.
        log.critical("%s failed: journalctl -u %s -e", unit, unit)
        now = timezone.now()
        administrators = User.objects.filter(role=Role.ADMIN, is_active=True)
        send((_note(one.pk, unit, now) for one in administrators), now)


def _note(user_id: int, unit: str, now: datetime) -> Note:
    return Note(
        user_id,
        f"ops:failed:{unit}:{now:%Y%m%d%H%M%S}",
        f"{unit} 没有做成",
        f"在服务器上运行 journalctl -u {unit} -e 看原因，改好后 systemctl start {unit} 再做一次。",
    )
