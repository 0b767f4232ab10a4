"""Issue, keep, revoke, let expire."""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from django.db import InternalError, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from portal.lib.errors import DomainError
from portal.records.tests.factories import NOON, TODAY, World
from transcripts import frozen, keys, signing
from transcripts.models import IssuedTranscript
from transcripts.options import Options, read_options
from transcripts.services.control import revoke, set_expiry
from transcripts.services.issue import issue, snapshots, unchanged


def content(row: IssuedTranscript) -> bytes:
    """The file as it lies in the storage."""
    return Path(row.file.path).read_bytes()


def issued(world: World, options: Options | None = None) -> IssuedTranscript:
    student, now = world.student, NOON
    return issue(
        student_id=student.pk,
        frozen_now=snapshots([student.pk], now)[student.pk],
        options=options or Options(),
        actor_id=student.user_id or 0,
        now=now,
    )


def test_issue_keeps_file_snapshot_and_options(world: World) -> None:
    row = IssuedTranscript.objects.get(pk=issued(world).pk)
    data = content(row)
    assert hashlib.sha256(data).hexdigest() == row.sha256
    assert read_options(row.options) == Options()
    assert frozen.from_json(row.snapshot) == snapshots([world.student.pk], NOON)[world.student.pk]
    assert (row.pages, row.issued_at, row.issued_by_id) == (1, NOON, world.student.user_id)


def test_pdf_is_signed_and_carries_its_data(world: World) -> None:
    row = issued(world)
    pdf = content(row)
    assert signing.seal_holds(pdf, keys.seal().certificate)
    with pikepdf.open(row.file.path) as document:
        data = json.loads(document.attachments["transcript.json"].get_file().read_bytes())
    claim = signing.Claim.parse(data["claim"])
    assert frozen.digest(data["content"]) == claim.digest.hex() == row.content_digest
    assert claim.holds(keys.digest_key().public_key())


def test_changed_pdf_does_not_pass(world: World) -> None:
    pdf = bytearray(content(issued(world)))
    pdf[len(pdf) // 3] ^= 1
    assert not signing.seal_holds(bytes(pdf), keys.seal().certificate)


def test_certificate_of_somebody_else_does_not_pass(world: World, settings: Settings) -> None:
    pdf = content(issued(world))
    settings.SECRET_KEY = "another college"
    assert not signing.seal_holds(pdf, keys.seal().certificate)


def test_hiding_every_failed_course_is_not_issued(world: World) -> None:
    with pytest.raises(DomainError) as caught:
        issued(world, Options(hide_failed=True))
    assert caught.value.code == "transcript.self_check"
    assert IssuedTranscript.objects.count() == 0


def test_without_keys_nothing_is_issued(world: World, settings: Settings) -> None:
    settings.DEMO = False
    with pytest.raises(DomainError) as caught:
        issued(world)
    assert (caught.value.code, caught.value.status) == ("transcript.keys", 503)


@pytest.mark.parametrize("field", ["code", "sha256", "content_digest", "snapshot", "issued_at"])
def test_database_keeps_what_was_issued(world: World, field: str) -> None:
    row = issued(world)
    value = NOON + timedelta(days=1) if field == "issued_at" else "0" * 16
    with pytest.raises(InternalError), transaction.atomic():
        IssuedTranscript.objects.filter(pk=row.pk).update(**{field: value})
    with pytest.raises(InternalError), transaction.atomic():
        row.delete()


def test_unchanged_is_found_until_a_grade_or_an_option_changes(world: World) -> None:
    row = issued(world)
    ids = [world.student.pk]
    assert unchanged(ids, [row.source_print], NOON) == {world.student.pk: row}
    assert issued(world).source_print == row.source_print
    world.attempt(world.course("A3"), score=Decimal("59.5"))
    assert issued(world).source_print != row.source_print


def test_revoked_for_ever(world: World) -> None:
    row = issued(world)
    actor = world.student.user_id or 0
    first = revoke(transcript_id=row.pk, actor_id=actor, reason="遗失", now=NOON)
    again = revoke(transcript_id=row.pk, actor_id=actor, reason="x", now=NOON + timedelta(1))
    assert (first.revoked_at, again.revoked_at, again.revoke_reason) == (NOON, NOON, "遗失")
    with pytest.raises(InternalError), transaction.atomic():
        IssuedTranscript.objects.filter(pk=row.pk).update(revoked_at=None, revoked_by=None)
    with pytest.raises(DomainError, match=r"transcript\.revoked"):
        set_expiry(transcript_id=row.pk, expires_on=TODAY, today=TODAY)


def test_expiry_is_today_or_later(world: World) -> None:
    row = issued(world)
    assert set_expiry(transcript_id=row.pk, expires_on=TODAY, today=TODAY).expires_on == TODAY
    assert set_expiry(transcript_id=row.pk, expires_on=None, today=TODAY).expires_on is None
    with pytest.raises(DomainError, match=r"transcript\.expiry"):
        set_expiry(transcript_id=row.pk, expires_on=TODAY - timedelta(1), today=TODAY)


def test_reading_many_takes_no_more_statements(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(8):
        snapshots([world.student.pk], NOON)
    with django_assert_num_queries(8):
        snapshots([world.student.pk, 999_998, 999_999], NOON)
