"""``manage.py verify_transcript FILE``: is this PDF genuine? Offline, with the published keys."""

import io
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.core.management.base import BaseCommand, CommandError

from transcripts import frozen, keys, signing
from transcripts.document import Snapshot
from transcripts.render import DATA_FILE


class Command(BaseCommand):
    """Exits non-zero when anything does not hold. Needs no database."""

    help = "核对成绩单 PDF：学校的签名，以及附在文件里的数据。"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, help="公钥 key.pem；不给就用本机设置里的")
        parser.add_argument("--certificate", type=Path, help="certificate.pem；同上")
        parser.add_argument("--qr", default="", help="纸上二维码的文字，和文件对照")

    def handle(self, *_args: Any, **options: Any) -> None:
        pdf = _read(options["file"])
        content, claim = _data_of(pdf)
        checks = {
            "PDF 上有学校的签名，之后没有改动": signing.seal_holds(
                pdf, _certificate(options["certificate"])
            ),
            "数据由学校签发": claim.holds(_key(options["key"])),
            "数据和签发的摘要一致": bytes.fromhex(frozen.digest(content)) == claim.digest,
        }
        if options["qr"]:
            checks["和纸上的二维码一致"] = options["qr"].partition("#")[2] == claim.text
        for words, holds in checks.items():
            self.stdout.write(f"{'是' if holds else '否'}  {words}")
        if not all(checks.values()):
            raise CommandError("这个文件不能认作学校发出的成绩单。")
        for line in _lines(content):
            self.stdout.write(line)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"打不开 {path}。") from error


def _data_of(pdf: bytes) -> tuple[dict[str, Any], signing.Claim]:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            attached = document.attachments[DATA_FILE].get_file().read_bytes()
        data = json.loads(attached)
        return data["content"], signing.Claim.parse(data["claim"])
    except (pikepdf.PdfError, KeyError, ValueError, TypeError) as error:
        raise CommandError("这不是学校的成绩单 PDF：里面没有成绩单数据。") from error


def _key(path: Path | None) -> Ed25519PublicKey:
    if path is None:
        return keys.digest_key().public_key()
    try:
        key = load_pem_public_key(_read(path))
    except ValueError as error:
        raise CommandError(f"{path} 不是公钥。") from error
    if not isinstance(key, Ed25519PublicKey):
        raise CommandError(f"{path} 不是 Ed25519 公钥。")
    return key


def _certificate(path: Path | None) -> bytes:
    return keys.seal().certificate if path is None else _read(path)


def _lines(content: dict[str, Any]) -> Iterator[str]:
    """What the paper must say, to compare by eye."""
    snapshot: Snapshot = frozen.from_json(content["snapshot"])
    who = snapshot.person
    yield f"{content['college']}  {content['code']}  {content['issued_at']}"
    yield f"{who.name}  {who.number}  {who.college}  {who.major}  {who.class_name}"
    for course in snapshot.courses:
        grade = course.effective.result
        yield f"{course.term}  {course.name}  {course.nature.label}  {course.credit_hours}  {grade}"
    yield f"已获得学分 {snapshot.total}  平均学分绩点 {snapshot.gpa}"
