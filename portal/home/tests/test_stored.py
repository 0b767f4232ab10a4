"""A student sees what is stored about him, and who looked at it."""

import io
import json

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from portal.accounts import visits
from portal.accounts.models import RefusedSignIn, User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user as make_user
from portal.audit.models import Opening
from portal.home.stored import kept_of
from portal.inbox.models import Letter
from portal.records.models import Student
from portal.records.tests.factories import add_student, build_world

pytestmark = pytest.mark.django_db
PHONE = "13812342210"


@pytest.fixture
def student() -> Student:
    world = build_world()
    world.attempt(world.course("C1", "高等数学"), score=59)
    world.student.phone = PHONE
    world.student.save(update_fields=["phone"])
    return world.student


def client_of(user: User | None) -> Client:
    client = Client()
    assert user is not None
    client.force_login(user)
    return client


def test_a_student_reads_his_own_record_whole(student: Student) -> None:
    text = client_of(student.user).get("/me/data/").content.decode()
    assert PHONE in text
    assert '<dt>成绩</dt><dd><a href="/transcripts/how/">1 条</a></dd>' in text
    assert "没有人单独打开过" in text


def test_he_sees_which_office_opened_his_numbers_and_what_for(student: Student) -> None:
    clerk = make_user(role=Role.TEACHING, name="王老师")
    path = f"/admin/records/student/{student.pk}/contact/"
    client_of(clerk).post(path, {"reason": "contact"})
    text = client_of(student.user).get("/me/data/").content.decode()
    assert "教学部查看：手机号、电子邮箱、学籍号" in text
    assert "联系学生或教师" in text
    assert "王老师" not in text


def test_he_sees_where_his_account_was_used_and_refused(student: Student) -> None:
    assert student.user
    name, other = student.user.username, make_user()
    for who, address in ((name, "10.0.0.9"), (other.username, "10.0.0.8")):
        RefusedSignIn.objects.create(username=who, ip_address=address)
    for account, address in ((student.user, "10.1.0.9"), (other, "10.1.0.8")):
        visits.begin(account, account.username, address, "Firefox", timezone.now())
    kinds = {kind.title: [row[1] for row in kind.lines()] for kind in kept_of(student)}
    assert kinds["登录失败记录"] == ["10.0.0.9"]
    assert kinds["登录设备"] == ["10.1.0.9"]


def test_what_was_opened_of_others_is_not_his(student: Student) -> None:
    other = add_student(student.admin_class, "0020230199")
    Opening.objects.create(
        at=timezone.now(), way="look", what="手机号", subject="records.student", row=other.pk,
        reason="contact",
    )  # fmt: skip
    assert "没有人单独打开过" in client_of(student.user).get("/me/data/").content.decode()


def test_a_channel_is_called_as_its_messages_are(student: Student) -> None:
    now = timezone.now()
    assert student.user is not None
    Letter.objects.create(
        user=student.user, channel="email", address="a@b.cn", written_at=now, next_try_at=now
    )
    [letters] = [kept for kept in kept_of(student) if kept.title == "邮件和短信"]
    assert [line[1] for line in letters.lines()] == ["邮件"]


def test_the_workbook_has_a_sheet_for_everything(student: Student) -> None:
    answer = client_of(student.user).get("/me/data/xlsx/")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["学籍", *(kept.title for kept in kept_of(student))]
    assert ("手机号", PHONE) in list(book["学籍"].values)
    assert list(book["成绩"].values)[1][1:4] == ("高等数学", "正考", "59.0")
    assert student.number in str(book.properties.creator)


def test_json_says_the_same(student: Student) -> None:
    found = json.loads(client_of(student.user).get("/me/data/json/").content)
    assert {"项目": "手机号", "内容": PHONE} in found["学籍"]
    assert found["成绩"][0]["课程"] == "高等数学"


@pytest.mark.parametrize("kind", ["pdf", "XLSX"])
def test_there_is_no_other_file(kind: str, student: Student) -> None:
    assert client_of(student.user).get(f"/me/data/{kind}/").status_code == 404


def test_staff_has_no_record(student: Student) -> None:
    client = client_of(make_user(role=Role.FINANCE))
    assert "没有学籍" in client.get("/me/data/").content.decode()
    assert client.get("/me/data/json/").status_code == 404
