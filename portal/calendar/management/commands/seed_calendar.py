"""``manage.py seed_calendar``: official working days into the calendar."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.calendar.services import seed_official_days


class Command(BaseCommand):
    help = "导入国务院节假日安排；学校自己填的日子不受影响。"

    def handle(self, *_args: Any, **_options: Any) -> None:
        number = seed_official_days()
        self.stdout.write(f"已导入 {number} 个调休和放假的日子。")
