"""``manage.py demo_college``: a college that does not exist, to try the portal on."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from credits.demo import build_rules
from portal.demo.classrooms import build_classrooms
from portal.demo.college.accounts import account_lines
from portal.demo.college.build import build_college, is_built
from portal.demo.college.named import refresh_sittings
from portal.demo.exchanges import build_exchanges
from retake.demo import build_rounds


class Command(BaseCommand):
    help = "建立演示学院：学院、专业、课程、六个学期的成绩、账号和重修轮次。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--students", type=int, default=400, help="随机学生人数")
        parser.add_argument("--if-empty", action="store_true", help="已有学生时只更新日期")
        parser.add_argument("--accounts", action="store_true", help="只列出演示账号")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["accounts"]:
            self.stdout.write("\n".join(account_lines()))
            return
        if not settings.DEMO:
            raise CommandError("演示学院的账号人人知道密码，只建在演示里（DEMO=1）。")
        now = timezone.now()
        if not is_built():
            build_college(options["students"], now)
            self.stdout.write(f"演示学院已建好，另有 {options['students']} 名随机学生。")
        elif options["if_empty"]:
            refresh_sittings(timezone.localdate(now))
        else:
            raise CommandError("数据库里已有学生。演示学院只建在空库里，或加 --if-empty。")
        build_classrooms(now)
        build_rounds(now=now)
        self.stdout.write("重修轮次已就绪。")
        build_rules(now=now)
        self.stdout.write("学分兑换规则已就绪（占位比例，待学校确认）。")
        if number := build_exchanges(now):
            self.stdout.write(f"另有 {number} 份学分兑换申请，有的已定，有的等二级学院审核。")
