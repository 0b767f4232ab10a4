"""``manage.py audit_money``: prove that no fen is lost; exit 1 with the rows that are off."""

import dataclasses
import json
import sys
from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from payments.audit import Finding, Report, audit, lines_of
from payments.reconcile.selectors.days import broken_chains


class Command(BaseCommand):
    help = "Prove that what was received is what charges and finance hold."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object for programs")

    def handle(self, *_args: object, **options: object) -> None:
        report = audit()
        report = dataclasses.replace(report, findings=(*report.findings, _seals()))
        self.stdout.write(_json(report) if options["json"] else "\n".join(lines_of(report)))
        if not report.clean:
            sys.exit(1)


def _seals() -> Finding:
    rows = tuple(f"{close.channel} {close.day}" for close in broken_chains())
    return Finding("each closed day is sealed over the one before", rows)


def _json(report: Report) -> str:
    return json.dumps({**dataclasses.asdict(report), "clean": report.clean}, ensure_ascii=False)
