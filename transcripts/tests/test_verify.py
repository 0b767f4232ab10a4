"""Whoever holds the paper: what he learns, and what nobody learns."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from portal.lib import masking
from portal.records.tests.factories import TODAY, World
from transcripts.codes import new_code, normal
from transcripts.models import IssuedTranscript, TranscriptCheck
from transcripts.services.control import revoke, set_expiry
from transcripts.states import CheckWay
from transcripts.tests.test_issue import content, issued


def page_of(row: IssuedTranscript) -> tuple[int, str]:
    answer = Client().get(f"/verify/{row.code}/")
    return answer.status_code, unescape(answer.content.decode())


def test_page_shows_the_frozen_rows_and_half_of_the_name(world: World) -> None:
    status, text = page_of(issued(world))
    assert status == 200
    assert re.findall(r"<td>(高等数学（2-1）|大学英语|书法鉴赏)</td>", text) == [
        "高等数学（2-1）",
        "大学英语",
    ]
    assert "陈*桐（00******01）" in text
    assert "未印：不及格通识选修 1 门、不及格等级考试 1 项" in text
    assert ("陈雨桐" in text, world.student.number in text) == (False, False)


def test_newer_grades_are_mentioned_but_not_shown(world: World) -> None:
    row = issued(world)
    assert "没有变化" in page_of(row)[1]
    world.attempt(world.course("A9", "后来的课"), score=90)
    text = page_of(row)[1]
    assert ("已有更新的成绩" in text, "后来的课" in text) == (True, False)


@pytest.mark.parametrize("way", ["revoked", "expired"])
def test_what_holds_no_more_shows_no_rows(world: World, way: str) -> None:
    row = issued(world)
    if way == "revoked":
        actor = world.student.user_id or 0
        revoke(transcript_id=row.pk, actor_id=actor, reason="遗失", now=timezone.now())
    else:
        set_expiry(transcript_id=row.pk, expires_on=TODAY, today=TODAY)
    status, text = page_of(row)
    assert (status, "高等数学" in text) == (410, False)


def test_unknown_and_malformed_codes_are_answered_alike(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    issued(world)
    answers = []
    for code in (new_code(), "abc", "%20", "../x", "王" * 40, "A" * 300):
        with django_assert_num_queries(1):
            answer = Client().get(f"/verify/{code}/")
        answers.append((answer.status_code, answer.content))
    assert answers == [(404, answers[0][1])] * 6


def test_codes_are_read_as_people_write_them(world: World) -> None:
    code = issued(world).code
    spelled = "-".join(code[at : at + 4] for at in range(0, 16, 4)).lower().replace("0", "o")
    assert normal(spelled) == code
    answer = Client().get("/verify/", {"code": spelled})
    assert answer.headers["Location"] == f"/verify/{spelled}/"


def test_code_copied_with_the_end_of_its_line_is_looked_up() -> None:
    answer = Client().get("/verify/", {"code": "\r\nAB12 \n CD34/"})
    assert answer.headers["Location"] == "/verify/AB12CD34/"


@pytest.mark.usefixtures("uncounted")
def test_questions_of_one_address_are_limited(world: World, settings: Settings) -> None:
    settings.VERIFY_PER_MINUTE = 3
    codes = [Client().get("/verify/nothing/").status_code for _ in range(5)]
    assert codes[:3] == [404] * 3
    assert codes[-1] == 429
    other = Client(REMOTE_ADDR="10.0.0.9").get("/verify/nothing/")
    assert other.status_code == 404


def test_uploaded_file_is_compared(world: World) -> None:
    row = issued(world)
    pdf = content(row)
    found = []
    for data in (pdf, pdf + b"\n"):
        file = SimpleUploadedFile("x.pdf", data)
        text = Client().post(f"/verify/{row.code}/", {"file": file}).content.decode()
        found.append(("完全相同" in text, "存的不同" in text))
    assert found == [(True, False), (False, True)]
    ways = TranscriptCheck.objects.order_by("pk").values_list("way", flat=True)
    assert list(ways) == [CheckWay.SAME, CheckWay.DIFFERENT]


def test_upload_without_a_file_is_told(world: World) -> None:
    answer = Client().post(f"/verify/{issued(world).code}/")
    assert (answer.status_code, "没有收到文件。" in answer.content.decode()) == (400, True)


def test_student_sees_when_it_was_checked(world: World) -> None:
    row = issued(world)
    page_of(row)
    client = Client()
    assert world.student.user is not None
    client.force_login(world.student.user)
    text = client.get("/transcripts/issued/").content.decode()
    assert re.findall(r"<dt>核对</dt><dd>(\d 次)", text) == ["1 次"]


@pytest.mark.parametrize(
    ("full", "shown"),
    [("张", "张*"), ("张三", "张*"), ("张小三", "张*三"), ("阿卜杜拉·买买提", "阿******提")],
)
def test_names_are_masked(full: str, shown: str) -> None:
    assert masking.name(full) == shown


@pytest.mark.parametrize(
    ("full", "shown"), [("1", "*"), ("20220101", "20****01"), ("202311012345", "202******345")]
)
def test_numbers_are_masked(full: str, shown: str) -> None:
    assert masking.number(full) == shown


@pytest.mark.usefixtures("steady")
def test_expiry_holds_to_the_end_of_its_day(world: World) -> None:
    row, today = issued(world), timezone.localdate()
    set_expiry(transcript_id=row.pk, expires_on=today, today=today)
    assert page_of(row)[0] == 200
    set_expiry(transcript_id=row.pk, expires_on=today - timedelta(1), today=today - timedelta(1))
    assert page_of(row)[0] == 410
