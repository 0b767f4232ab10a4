"""Exchanging by hand, twice, with somebody else's or too much: refused in words."""

import re
from typing import Any

import pytest
from django.utils import timezone

from credits.models import Application
from credits.selectors.choosing import Chosen, choosing
from credits.tests.uploads import encoded, image_upload, screenshot, upload
from portal.records.models import Course, GradeAttempt, OtherCredit, Student
from portal.tests.people import OTHER, Answer, W, applied, browser_of, user
from portal.tests.refusing import listed, nothing_changes, said

pytestmark = pytest.mark.usefixtures("college")


def chosen() -> Chosen:
    found = choosing(user(OTHER).pk, timezone.now()).chosen
    assert found is not None
    return found


def post(**changed: Any) -> Answer:
    """提交申请 with what the page proposes, but for what is changed; nothing may be stored."""
    picked = chosen()
    fields: dict[str, Any] = {
        "target": picked.offer.course.course_id,
        "source": sorted(picked.picked),
        "files": [image_upload()],
    }
    with nothing_changes():
        return browser_of(OTHER).post("/credits/submit/", fields | changed)


def course(name: str) -> int:
    return Course.objects.get(name=name).pk


def test_two_targets() -> None:
    answer = post(target=[course("高等数学（2-1）"), course("英语（2-2）")])
    assert said(answer) == (400, "一份申请只能兑换一门课。")


def test_an_excluded_course() -> None:
    answer = post(target=course("军事理论"))
    assert said(answer) == (409, "办法第六条规定不参与兑换。")


def test_a_course_that_is_passed() -> None:
    answer = post(target=course("程序设计基础"))
    passed = GradeAttempt.objects.get(course__name="程序设计基础", student__number=OTHER)
    assert said(answer) == (409, f"这门课已经及格（正考 {passed.score:.0f}）。")


def test_a_source_of_another_student() -> None:
    other = OtherCredit.objects.create(
        student=Student.objects.get(number=W),
        kind="contest",
        title="集训",
        credit_hours=8,
        earned_on=timezone.localdate(),
    )
    answer = post(source=[f"other:{other.pk}"])
    assert said(answer) == (409, "选的学分里有不在你名下的。")


def test_a_source_that_is_held() -> None:
    held = applied(OTHER)
    answer = post(target=course("英语（2-2）"), source=[one.key for one in held.sources.all()])
    assert said(answer) == (409, "传统文化与现代经营管理的学分已用于高等数学（2-1）。")
    assert Application.objects.count() == 1


def test_three_credits_short() -> None:
    answer = post(source=sorted(chosen().picked)[:2])
    assert listed(answer) == (409, "需 8.0，已选 5.0，还差 3.0。再选一项，或用推荐的组合。")


def test_no_attachment() -> None:
    assert listed(post(files=[])) == (409, "需要 1 份成绩截图，现有 0 份。拍照或截图上传。")


def test_a_program_named_png() -> None:
    answer = post(files=[upload(b"MZ\x90\x00" + bytes(500), "cj.png")])
    assert said(answer) == (400, "这个文件不是图片或 PDF。")


def test_a_hundred_megabytes() -> None:
    answer = post(files=[upload(encoded(screenshot()) + bytes(100 * 1024 * 1024))])
    assert said(answer) == (400, "文件有 100.0 MB，超过了 10 MB。")


def test_deleting_a_pending_case() -> None:
    row = applied(OTHER)
    with nothing_changes():
        answer = browser_of(OTHER).post(f"/credits/applications/{row.pk}/delete/", follow=True)
    assert "审核中的申请不能删除。" in answer.content.decode()


def test_deciding_twice() -> None:
    row = applied(OTHER)
    url, fields = f"/admin/credits/application/{row.pk}/decide/", {"seen": row.version}
    browser_of("reviewer").post(url, fields | {"decision": "approve"})
    with nothing_changes():
        answer = browser_of("reviewer").post(
            url, fields | {"decision": "reject", "note": "不行"}, follow=True
        )
    assert re.search(r"\S+ \d\d:\d\d 已经审核通过。看过最新的内容再决定。", answer.content.decode())


def test_a_case_of_another_college() -> None:
    row = applied(OTHER)
    with nothing_changes():
        answer = browser_of("reviewer2").post(
            f"/admin/credits/application/{row.pk}/decide/",
            {"seen": row.version, "decision": "approve"},
        )
    assert answer.status_code == 404
