"""Admin pages of record, accounts and calendar: who sees what, import with preview."""

import json

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.lib.sheets import read_sheet, write_sheet
from portal.lib.tables.admin import EstimatePaginator, TableAdmin
from portal.records.admin import scoped
from portal.records.grading import FIVE_LEVELS
from portal.records.models import AdminClass, GradeAttempt, GradePolicy, Major, Student
from portal.records.tests.factories import World, add_student, build_world, fill_every_table

pytestmark = pytest.mark.django_db
PAGES = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label in ("records", "accounts", "calendar")
)
TABLE_PAGES = sorted(
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model, page in admin.site._registry.items()
    if isinstance(page, TableAdmin)
)


@pytest.fixture
def world() -> World:
    return build_world()


def sign_in(role: Role, college: College | None = None) -> Client:
    user = User.objects.create(username=f"staff-{role}", name="周慧", role=role, college=college)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_the_administrator_opens_every_list_and_form(world: World, page: str) -> None:
    fill_every_table(world)
    client = sign_in(Role.ADMIN)
    assert client.get(reverse(f"admin:{page}_changelist"), {"q": "1"}).status_code == 200
    found = client.get(reverse(f"admin:{page}_changelist"))
    assert found.status_code == 200
    for row in found.context["cl"].result_list[:1]:
        assert client.get(reverse(f"admin:{page}_change", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("page", TABLE_PAGES)
def test_the_teaching_office_takes_template_and_export_of_every_table(
    world: World, page: str
) -> None:
    fill_every_table(world)
    client = sign_in(Role.TEACHING)
    header = read_sheet(client.get(reverse(f"admin:{page}_template")).content)
    rows = read_sheet(client.post(reverse(f"admin:{page}_export"), {"reason": "report"}).content)
    assert (rows[0], len(rows) > 1) == (header[0], True)


@pytest.mark.parametrize("page", TABLE_PAGES)
@pytest.mark.parametrize("action", ["import", "template", "export"])
def test_a_reviewer_neither_imports_nor_exports(world: World, page: str, action: str) -> None:
    client = sign_in(Role.REVIEWER, world.college)
    assert client.get(reverse(f"admin:{page}_{action}")).status_code == 403


def test_a_reviewer_sees_the_students_and_grades_of_his_own_college_only(world: World) -> None:
    other = College.objects.create(code="02", name="化工与制药工程学院")
    major = Major.objects.create(code="470204", name="精细化工技术", college=other)
    home = AdminClass.objects.create(code="C", name="精化 2321", major=major, grade_year=2023)
    foreign = add_student(home, "0020239999")
    course = world.course("A1")
    world.attempt(course, score=50)
    world.attempt(course, student=foreign, score=50)
    client = sign_in(Role.REVIEWER, world.college)
    seen = [
        list(client.get(reverse(f"admin:records_{name}_changelist")).context["cl"].result_list)
        for name in ("student", "gradeattempt")
    ]
    assert seen == [
        [world.student],
        list(GradeAttempt.objects.filter(student=world.student)),
    ]
    page = reverse("admin:records_student_change", args=[foreign.pk])
    assert client.get(page).status_code == 302  # as for a row that does not exist


def test_an_import_is_previewed_then_confirmed(world: World) -> None:
    client = sign_in(Role.TEACHING)
    data = write_sheet(["xh", "sjhm"], [["0020230101", "13800000000"]])
    page = client.post(
        reverse("admin:records_student_import"),
        {"import_file": SimpleUploadedFile("a.xlsx", data), "format": "0", "resource": "0"},
    )
    assert Student.objects.get().phone == ""
    confirm = page.context["confirm_form"].initial
    client.post(reverse("admin:records_student_process_import"), confirm)
    assert Student.objects.get().phone == "13800000000"


def test_a_preview_with_a_fault_offers_no_confirmation(world: World) -> None:
    client = sign_in(Role.TEACHING)
    data = write_sheet(["xh", "bjdm"], [["0020230101", "没有的班"]])
    page = client.post(
        reverse("admin:records_student_import"),
        {"import_file": SimpleUploadedFile("a.xlsx", data), "format": "0", "resource": "0"},
    )
    assert "confirm_form" not in page.context
    assert "没有这个行政班。" in page.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_grades_takes_as_many_statements_for_one_row_as_for_three(
    world: World, rows: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(rows):
        world.attempt(world.course(f"A{number}"), score=50)
    client = sign_in(Role.TEACHING)
    page = reverse("admin:records_gradeattempt_changelist")
    client.get(page)
    with django_assert_num_queries(6):  # type: ignore[operator]
        client.get(page)


@pytest.mark.parametrize(("rows", "bound", "counted"), [(3, 3, 3), (3, 2, 70_000), (0, 2, 0)])
def test_a_short_list_is_counted_and_a_long_one_estimated(
    world: World, rows: int, bound: int, counted: int
) -> None:
    """Whatever the server last believed: an ANALYZE is not undone with its transaction."""
    for number in range(rows):
        world.attempt(world.course(f"A{number}"), score=50)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_class SET reltuples = 70000 WHERE oid = 'records_gradeattempt'::regclass"
        )
    paginator = EstimatePaginator(GradeAttempt.objects.order_by("-pk"), 50)
    paginator.bound = bound
    assert paginator.count == counted


@pytest.mark.parametrize(
    ("word", "expected"),
    [("0020230101", 2), ("陈", 2), ("A1", 1), ("高等数学", 1), ("X", 0), (" ", 2)],
)
def test_grades_are_found_by_student_or_course(world: World, word: str, expected: int) -> None:
    world.attempt(world.course("A1", "高等数学"), score=50)
    world.attempt(world.course("A2", "英语"), score=50)
    page = sign_in(Role.TEACHING).get(reverse("admin:records_gradeattempt_changelist"), {"q": word})
    assert len(page.context["cl"].result_list) == expected


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.TEACHING])
def test_a_search_looks_at_so_many_students_of_the_own_college(
    world: World, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    monkeypatch.setattr(scoped, "MOST_NAMED", 1)
    other = College.objects.create(code="02", name="商学院")
    major = Major.objects.create(code="530302", name="大数据与会计", college=other)
    home = AdminClass.objects.create(code="2341", name="会计 2341", major=major, grade_year=2023)
    namesake = add_student(home, "0020230401")
    course = world.course("A1", "高等数学")
    world.attempt(course, score=50)
    world.attempt(course, score=55, student=namesake)
    page = sign_in(role, other).get(reverse("admin:records_gradeattempt_changelist"), {"q": "陈"})
    assert len(page.context["cl"].result_list) == 1
    assert ("只找了其中 1 个" in page.content.decode()) is (role is Role.TEACHING)


def test_opening_accounts_gives_a_student_one_without_a_password(world: World) -> None:
    Student.objects.update(user=None)
    User.objects.all().delete()
    client = sign_in(Role.TEACHING)
    client.post(
        reverse("admin:records_student_changelist"),
        {"action": "open_accounts", "_selected_action": [world.student.pk]},
    )
    user = User.objects.get(username=world.student.number)
    student = Student.objects.get()
    assert (user.role, user.has_usable_password(), student.user) == (Role.STUDENT, False, user)


@pytest.mark.parametrize(
    "changes",
    [
        {"levels": '"优秀"'},
        {"levels": '{"优秀": 95}'},
        {"levels": json.dumps(FIVE_LEVELS | {"不及格": "四十"})},
        {"levels": json.dumps(FIVE_LEVELS | {"优秀": 101})},
        {"levels": json.dumps(FIVE_LEVELS | {"优": 95})},
        {"pass_mark": "-1"},
        {"makeup_cap": "101"},
    ],
)
def test_a_policy_nobody_could_be_judged_by_is_refused(changes: dict[str, str]) -> None:
    """Saved, it broke every page of a student who has such a grade."""
    given = {"valid_from": "2024-09-01", "pass_mark": "60", "makeup_cap": "60"}
    given |= {"effective": "highest", "levels": json.dumps(FIVE_LEVELS)}
    client, address = sign_in(Role.TEACHING), reverse("admin:records_gradepolicy_add")
    answer = client.post(address, given | changes)
    assert (answer.status_code, GradePolicy.objects.count()) == (200, 0)
    assert client.post(address, given).status_code == 302
