"""The student's pages, the start-up check and the offline command."""

import io
import logging
from html import unescape
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from portal.records.tests.factories import World, add_student
from transcripts import fonts, keys, signing
from transcripts.checks import check_transcripts
from transcripts.models import IssuedTranscript
from transcripts.tests.test_issue import content, issued


@pytest.fixture
def client(world: World) -> Client:
    made = Client()
    assert world.student.user is not None
    made.force_login(world.student.user)
    return made


def text_of(client: Client, path: str) -> str:
    return unescape(client.get(path).content.decode())


def test_page_counts_what_each_tick_hides(client: Client) -> None:
    text = text_of(client, "/transcripts/")
    hints = [part.split("<")[0] for part in text.split('class="quiet">')[1:]]
    assert hints == ["少印 1 项", "少印 0 门", "少印 1 门", "会隐去 2 门，只能自查"]
    assert "已得 4.0 学分" in text


def test_preview_follows_the_options(client: Client) -> None:
    text = text_of(client, "/transcripts/preview/?set=1&paper=a3&block=credits")
    assert ("paper-a3" in text, "书法鉴赏" in text) == (True, True)
    assert "未印：等级考试成绩 2 项、平均学分绩点" in text


def test_unknown_option_is_a_sentence(client: Client) -> None:
    answer = client.get("/transcripts/?paper=a5")
    assert (answer.status_code, "没有“a5”这个打印选项。" in unescape(answer.content.decode())) == (
        400,
        True,
    )


def test_pdf_is_issued_and_downloaded(client: Client) -> None:
    answer = client.post("/transcripts/pdf/", {"set": "1", "paper": "a3"})
    assert answer.headers["Location"] == "/transcripts/issued/"
    row = IssuedTranscript.objects.get()
    assert row.options["paper"] == ["a3"]
    file = client.get(f"/transcripts/issued/{row.pk}/file/")
    assert b"".join(file) == content(row)


def test_the_newest_is_listed_first(client: Client, world: World) -> None:
    codes = [issued(world).code for _ in range(3)]
    text = text_of(client, "/transcripts/issued/")
    assert sorted(codes, key=text.index) == codes[::-1]


def test_self_check_is_handed_out_and_not_kept(client: Client) -> None:
    answer = client.post("/transcripts/pdf/", {"set": "1", "hide": "all"})
    assert (answer.headers["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert IssuedTranscript.objects.count() == 0


@pytest.mark.parametrize("tail", ["file/", "expiry/", "revoke/"])
def test_somebody_elses_is_refused_and_logged(
    world: World, caplog: pytest.LogCaptureFixture, tail: str
) -> None:
    row = issued(world)
    other = add_student(world.student.admin_class, "0020230199")
    assert other.user is not None
    client = Client()
    client.force_login(other.user)
    send = client.get if tail == "file/" else client.post
    with caplog.at_level(logging.WARNING, "transcripts.selectors"):
        codes = [send(f"/transcripts/issued/{pk}/{tail}").status_code for pk in (row.pk, 999_999)]
    assert codes == [403, 403]
    logged = [one for one in caplog.messages if one.endswith(f"transcript {row.pk}, not theirs")]
    assert logged == [f"user {other.user.pk} asked for transcript {row.pk}, not theirs"]


def test_how_explains_every_course(client: Client) -> None:
    text = text_of(client, "/transcripts/how/")
    assert text.count("只有一次成绩") == 3
    assert "12.0 ÷ 12.0 = 1.00" in text


def test_expiry_and_revocation_are_the_students(client: Client, world: World) -> None:
    row = issued(world)
    client.post(f"/transcripts/issued/{row.pk}/expiry/", {"expires_on": "2099-12-31"})
    row.refresh_from_db()
    assert str(row.expires_on) == "2099-12-31"
    bad = client.post(f"/transcripts/issued/{row.pk}/expiry/", {"expires_on": "2099-02-31"})
    assert bad.status_code == 400
    client.post(f"/transcripts/issued/{row.pk}/revoke/")
    row.refresh_from_db()
    assert row.revoked_by_id == world.student.user_id


def test_missing_font_names_the_package(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "FAMILY", "No Such Font")
    fonts.source.cache_clear()
    (found,) = check_transcripts(None)
    fonts.source.cache_clear()
    assert (found.id, "fonts-noto-cjk" in str(found.hint)) == ("transcripts.E001", True)


def test_keys_that_cannot_be_read_are_named(settings: Settings) -> None:
    settings.TRANSCRIPT_DIGEST_KEY = "nonsense"
    assert [one.id for one in check_transcripts(None)] == ["transcripts.E002"]


def verified(path: Path, **options: object) -> str:
    out = io.StringIO()
    call_command("verify_transcript", str(path), stdout=out, **options)
    return out.getvalue()


def test_file_is_verified_offline_with_the_published_keys(world: World, tmp_path: Path) -> None:
    path, key, certificate = (tmp_path / name for name in ("t.pdf", "key.pem", "seal.pem"))
    row = issued(world)
    path.write_bytes(content(row))
    key.write_bytes(Client().get("/verify/key.pem").content)
    certificate.write_bytes(Client().get("/verify/certificate.pem").content)
    qr = f"https://college/verify/{row.code}/#{signing.claim(row.content_digest).text}"
    lines = verified(path, key=key, certificate=certificate, qr=qr).splitlines()
    assert [line[0] for line in lines[:4]] == ["是"] * 4
    assert lines[6] == "2023-2024-1  高等数学（2-1）  必修  4.0  80"


@pytest.mark.parametrize("harm", ["bit", "tail", "other", "qr"])
def test_harmed_file_is_refused(world: World, tmp_path: Path, harm: str) -> None:
    pdf = bytearray(content(issued(world)))
    if harm == "bit":
        pdf[len(pdf) // 3] ^= 1
    path = tmp_path / "t.pdf"
    path.write_bytes({"tail": bytes(pdf) + b"%more", "other": b"%PDF-1.7"}.get(harm, bytes(pdf)))
    with pytest.raises(CommandError):
        verified(path, qr="https://college/verify/x/#AAAA" if harm == "qr" else "")


def test_demo_keys_are_the_same_in_every_process(settings: Settings) -> None:
    before = keys.seal()
    keys._demo_seal.cache_clear()
    assert keys.seal() == before
