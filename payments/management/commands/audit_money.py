"""``manage.py audit_money``: prove that no fen is lost; exit 1 with the rows that are off."""

import dataclasses
import json
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from payments.audit import Report, audit, lines_of


class Command(BaseCommand):
    help = "Prove that what was received is what charges and finance hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object for programs")

    def handle(self, *_args: object, **options: object) -> None:
        report = audit()
        self.stdout.write(_json(report) if options["json"] else "\n".join(lines_of(report)))
        if not report.clean:
            sys.exit(1)


def _json(report: Report) -> str:
    return json.dumps({**dataclasses.asdict(report), "clean": report.clean}, ensure_ascii=False)
