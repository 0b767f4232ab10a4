"""Whole cohorts: everybody once, in one zip and one file to print."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pikepdf
import pytest
from django.core.files import storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from portal.accounts.models import College, User
from portal.accounts.roles import Role
from portal.jobs import services
from portal.jobs.models import Job
from portal.lib.errors import DomainError
from portal.records.tests.factories import NOON, World, add_student
from transcripts import batch
from transcripts.batch import KIND, MERGED_NAME, ZIP_NAME
from transcripts.models import IssuedTranscript
from transcripts.options import Options
from transcripts.scope import numbers_in, numbers_of
from transcripts.tests.test_issue import issued


@pytest.fixture
def office(db: None) -> User:
    return User.objects.create(username="t1", name="周慧", role=Role.TEACHING)


def run(user: User, numbers: Sequence[str]) -> Job:
    job = services.start(
        kind=KIND,
        title="成绩单",
        params={"options": Options().to_json()},
        keys=numbers,
        user_id=user.pk,
        now=NOON,
    )
    services.work(job.pk, lambda: NOON)
    job.refresh_from_db()
    return job


def zipped(job: Job) -> list[str]:
    with (
        storage.default_storage.open(job.files[ZIP_NAME]) as file,
        zipfile.ZipFile(file) as archive,
    ):
        return archive.namelist()


def test_class_is_printed_in_order(world: World, office: User) -> None:
    add_student(world.student.admin_class, "0020230102")
    numbers = numbers_of(office, admin_class=world.student.admin_class)
    job = run(office, numbers)
    assert zipped(job) == ["0020230101_陈雨桐.pdf", "0020230102_陈雨桐.pdf"]
    with pikepdf.open(storage.default_storage.path(job.files[MERGED_NAME])) as merged:
        assert len(merged.pages) == 2
        assert str(merged.docinfo["/Author"]).startswith("周慧（t1）")
    assert [item.note for item in job.items.all()] == ["", ""]


def test_long_list_is_merged_in_parts(
    world: World, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "PART", 1)
    other = add_student(world.student.admin_class, "0020230102")
    job = run(office, [world.student.number, other.number])
    assert sorted(job.files) == ["成绩单.zip", "打印合并 0001-0001.pdf", "打印合并 0002-0002.pdf"]


def test_unchanged_students_are_not_rendered_again(world: World, office: User) -> None:
    other = add_student(world.student.admin_class, "0020230102")
    numbers = [world.student.number, other.number]
    first = run(office, numbers)
    world.attempt(world.course("A7"), score=77)
    second = run(office, numbers)
    assert [item.note for item in second.items.all()] == ["", "没有变化，沿用上一份"]
    kept = [[item.result for item in job.items.all()][1] for job in (first, second)]
    assert kept[0] == kept[1]
    assert IssuedTranscript.objects.count() == 3


def test_lost_file_is_rendered_again(world: World, office: User) -> None:
    Path(issued(world).file.path).unlink()
    job = run(office, [world.student.number])
    assert [item.note for item in job.items.all()] == [""]


def test_number_nobody_has_is_told_and_the_rest_printed(world: World, office: User) -> None:
    job = run(office, ["nobody", world.student.number])
    assert [item.note for item in job.items.all()] == ["没有这个学号。", ""]
    assert zipped(job) == ["0020230101_陈雨桐.pdf"]


def test_colleges_reach_their_own_students_only(world: World) -> None:
    other = College.objects.create(code="02", name="化工学院")
    strange = User.objects.create(username="r2", role=Role.REVIEWER, college=other)
    own = User.objects.create(username="r1", role=Role.REVIEWER, college=world.college)
    home = world.student.admin_class
    assert numbers_of(strange, admin_class=home) == []
    assert numbers_of(own, admin_class=home) == [world.student.number]
    with pytest.raises(DomainError, match=r"transcript\.numbers"):
        numbers_in(strange, f"学号\n{world.student.number}".encode())


def test_uploaded_list_is_read_once_each(world: World, office: User) -> None:
    number = world.student.number
    file = f"姓名,学号\n陈雨桐,{number}\n又一次,{number}\n,\n".encode()
    assert numbers_in(office, file) == [number]


def post(user: User, **form: object) -> tuple[int, str]:
    client = Client()
    client.force_login(user)
    sent = {"paper": "a4", "language": "zh", "block": ["credits"], **form}
    answer = client.post("/admin/transcripts/issuedtranscript/batch/", sent)
    return answer.status_code, answer.content.decode()


def test_office_starts_a_job_in_admin(world: World, office: User, settings: Settings) -> None:
    assert post(office, grade_year=2023)[0] == 302
    job = Job.objects.get()
    assert (job.title, job.params["options"]["only"]) == ("成绩单：2023（1 人）", [])
    services.work(job.pk, lambda: NOON)
    client = Client()
    client.force_login(office)
    answer = client.get(f"/admin/jobs/job/{job.pk}/files/{ZIP_NAME}/")
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        assert archive.namelist() == ["0020230101_陈雨桐.pdf"]


def test_whom_has_to_be_said_one_way(world: World, office: User) -> None:
    file = SimpleUploadedFile("n.csv", world.student.number.encode())
    sentence = "选班级、专业、年级（可以一起用），或者只上传名单。"
    for form in ({}, {"grade_year": 2023, "numbers": file}):
        status, text = post(office, **form)
        assert (status, sentence in text) == (400, True)
    assert Job.objects.count() == 0


def test_finance_prints_no_transcripts(world: World) -> None:
    finance = User.objects.create(username="f1", role=Role.FINANCE)
    assert post(finance, grade_year=2023)[0] == 403
