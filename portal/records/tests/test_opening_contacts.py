"""Numbers of people are masked in admin, opened and exported for a purpose."""

import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user as make_user
from portal.audit.models import Opening
from portal.audit.tests.test_openings import foot_of
from portal.records.models import Student
from portal.records.tests.factories import build_world

pytestmark = pytest.mark.django_db
PHONE, EMAIL, ROLL = "13812342210", "zhang@czie.edu.cn", "32011520040101"


@pytest.fixture
def student() -> Student:
    row = build_world().student
    row.phone, row.email, row.roll_number = PHONE, EMAIL, ROLL
    row.save(update_fields=["phone", "email", "roll_number"])
    return row


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def teaching() -> User:
    return make_user(role=Role.TEACHING, name="王老师")


def page_of(student: Student, tail: str = "change/") -> str:
    return f"/admin/records/student/{student.pk}/{tail}"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.TEACHING, Role.FINANCE, Role.ADMIN])
def test_a_students_page_shows_masked_numbers(role: Role, student: Student) -> None:
    user = make_user(role=role, college=student.college)
    text = client_of(user).get(page_of(student)).content.decode()
    assert [whole for whole in (PHONE, EMAIL, ROLL) if whole in text] == []
    assert "138****2210" in text
    assert ("查看完整联系方式" in text) == (role != Role.FINANCE)


def test_whole_numbers_are_shown_for_a_purpose(student: Student, teaching: User) -> None:
    client = client_of(teaching)
    asked = client.get(page_of(student, "contact/"))
    assert (asked.status_code, PHONE in asked.content.decode()) == (200, False)
    answer = client.post(page_of(student, "contact/"), {"reason": "contact", "note": "通知补考"})
    assert all(whole in answer.content.decode() for whole in (PHONE, EMAIL, ROLL))
    opened = Opening.objects.get()
    assert (opened.actor_id, opened.way, opened.reason, opened.note) == (
        teaching.pk, "look", "contact", "通知补考",
    )  # fmt: skip
    assert (opened.subject, opened.row) == ("records.student", student.pk)
    assert opened.what == "手机号、电子邮箱、学籍号"


@pytest.mark.parametrize(
    "fields",
    [{}, {"reason": "work"}, {"reason": "other"}, {"reason": "other", "note": "  "}],
    ids=["nothing", "not offered", "other in no words", "blank"],
)
def test_without_a_purpose_nothing_is_shown(
    fields: dict[str, str], student: Student, teaching: User
) -> None:
    answer = client_of(teaching).post(page_of(student, "contact/"), fields)
    assert (answer.status_code, PHONE in answer.content.decode()) == (400, False)
    assert not Opening.objects.exists()


def test_finance_opens_no_numbers(student: Student) -> None:
    client = client_of(make_user(role=Role.FINANCE))
    assert client.post(page_of(student, "contact/"), {"reason": "contact"}).status_code == 403


def test_another_college_opens_no_numbers(student: Student) -> None:
    other = College.objects.create(code="99", name="外语学院")
    client = client_of(make_user(role=Role.REVIEWER, college=other))
    assert client.post(page_of(student, "contact/"), {"reason": "contact"}).status_code == 404


def fields_of(student: Student, **changed: str) -> dict[str, object]:
    """The change form as a browser sends it back."""
    return {
        "number": student.number, "name": student.name, "admin_class": student.admin_class_id,
        "grade_year": student.grade_year, "standing": student.standing, "gender": "",
        "student_type": "", "english_name": "", "phone": "", "email": "", "roll_number": "",
        **changed,
    }  # fmt: skip


def test_an_empty_field_leaves_the_number_as_it_is(student: Student, teaching: User) -> None:
    answer = client_of(teaching).post(page_of(student), fields_of(student, name="改名"))
    assert answer.status_code == 302
    student.refresh_from_db()
    assert (student.name, student.phone, student.email) == ("改名", PHONE, EMAIL)


def test_a_new_number_is_written_over(student: Student, teaching: User) -> None:
    client_of(teaching).post(page_of(student), fields_of(student, phone="13900001111"))
    student.refresh_from_db()
    assert (student.phone, student.roll_number) == ("13900001111", ROLL)


def test_people_are_exported_for_a_purpose_and_signed(student: Student, teaching: User) -> None:
    client = client_of(teaching)
    path = "/admin/records/student/export/"
    assert PHONE not in client.get(path).content.decode()
    data = client.post(path, {"reason": "report", "note": "年报"}).content
    book = load_workbook(io.BytesIO(data))
    assert PHONE in [str(cell) for row in book.worksheets[0].values for cell in row]
    mark = str(foot_of(book))
    assert mark.startswith(f"王老师（{teaching.username}）")
    assert book.properties.creator == mark
    taken = Opening.objects.get()
    assert (taken.way, taken.what, taken.rows, taken.reason) == (
        "file", "学生.xlsx", Student.objects.count(), "report",
    )  # fmt: skip


def test_what_is_no_ones_is_exported_without_asking(teaching: User) -> None:
    answer = client_of(teaching).get("/admin/records/major/export/")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_an_empty_sheet_is_no_export(teaching: User) -> None:
    assert client_of(teaching).get("/admin/records/student/template/").status_code == 200
    assert not Opening.objects.exists()


def test_the_administrator_reads_who_opened_what(student: Student, teaching: User) -> None:
    client_of(teaching).post(page_of(student, "contact/"), {"reason": "contact"})
    admin = client_of(make_user(role=Role.ADMIN))
    text = admin.get("/admin/audit/opening/?q=王老师").content.decode()
    assert "联系学生或教师" in text
    assert f'href="/admin/records/student/{student.pk}/change/"' in text
    assert admin.get("/admin/audit/opening/?q=nobody").context["cl"].result_count == 0


@pytest.mark.parametrize("role", [Role.TEACHING, Role.FINANCE, Role.ADMIN])
@pytest.mark.parametrize(
    "query", ["phone__startswith=138", "email__contains=z", "roll_number=32011520040101"]
)
def test_a_list_is_not_narrowed_by_what_is_masked(role: Role, query: str, student: Student) -> None:
    client = client_of(make_user(role=role))
    assert client.get(f"/admin/records/student/?{query}").status_code == 400
    assert client.get("/admin/records/student/?grade_year=2022").status_code == 200
