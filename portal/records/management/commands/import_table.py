"""``manage.py import_table TABLE FILE``: load one table from a spreadsheet, all rows or none."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.lib.errors import DomainError
from portal.lib.tables.table import export_file, import_file, template_file
from portal.records.tables import ALL_TABLES

SHOWN = 50


class Command(BaseCommand):
    help = "从表格导入一张表；有一行不对就全部不导入。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", choices=sorted(ALL_TABLES), help="表名")
        parser.add_argument("file", type=Path, help="xlsx、xls、xlsb 或 csv")
        parser.add_argument("--check", action="store_true", help="只检查，不导入")
        parser.add_argument("--template", action="store_true", help="写出空模板")
        parser.add_argument("--export", action="store_true", help="写出现有数据")

    def handle(self, *_args: Any, **options: Any) -> None:
        of, path = ALL_TABLES[options["table"]], options["file"]
        if options["template"] or options["export"]:
            path.write_bytes(template_file(of) if options["template"] else export_file(of))
            self.stdout.write(f"已写入 {path}。")
            return
        try:
            result, found = import_file(of, path.read_bytes(), dry_run=options["check"])
        except (DomainError, OSError) as error:
            raise CommandError(str(error)) from error
        for fault in found[:SHOWN]:
            self.stderr.write(str(fault))
        if found:
            raise CommandError(f"共 {len(found)} 处要改，没有导入任何一行。")
        totals = result.totals
        done = "可以导入" if options["check"] else "已导入"
        self.stdout.write(
            f"{done}：新增 {totals['new']} 行，更新 {totals['update']} 行，"
            f"未变 {totals['skip']} 行。"
        )
