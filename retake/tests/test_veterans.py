"""Claims with evidence: types by content, private files, decisions by permission."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.accounts.roles import Role
from portal.lib.errors import DomainError
from portal.records.models import VeteranStatus
from portal.records.services.veterans import claim_veteran
from portal.records.states import VeteranState
from retake.evidence import MAX_BYTES, accepted
from retake.selectors import choice, dashboard, opened_for
from retake.services.veterans import decide
from retake.tests import factories as make
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0 a photo"


def upload(content: bytes = JPEG, name: str = "证件.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def claim(client: Client, world: make.World, **changes: object) -> object:
    client.force_login(world.student.user)  # type: ignore[arg-type]
    sent = {"valid_from": "2022-09-01", "basis": "退字第 1 号", "evidence": upload()} | changes
    return client.post("/retake/veteran/claim/", sent)


@pytest.mark.parametrize(
    ("content", "ending"),
    [(JPEG, "jpg"), (b"\x89PNG\r\n\x1a\n...", "png"), (b"%PDF-1.7 ...", "pdf")],
)
def test_type_is_read_from_the_content(content: bytes, ending: str) -> None:
    kept = accepted(upload(content, "../../etc/passwd.exe"))
    assert kept.name is not None
    stem, _, found = kept.name.partition(".")
    assert (found, len(stem), stem.isalnum()) == (ending, 32, True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html><script>", "evidence.type"),
        (b"", "evidence.type"),
        (JPEG + b"0" * MAX_BYTES, "evidence.size"),
    ],
    ids=["html", "empty", "over 10 MB"],
)
def test_other_files_are_refused(content: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        accepted(upload(content))
    assert (refused.value.code, refused.value.status) == (code, 400)


def test_exactly_ten_megabytes_is_accepted() -> None:
    assert accepted(upload(JPEG.ljust(MAX_BYTES, b"0"))).size == MAX_BYTES


def test_claim_waits_for_a_decision(client: Client) -> None:
    world = make.make_world()
    assert claim(client, world)["Location"] == "/retake/veteran/"  # type: ignore[index]
    row = VeteranStatus.objects.get()
    assert (row.state, row.valid_from) == (VeteranState.PENDING, date(2022, 9, 1))
    assert "证件" not in row.evidence.name


def test_bad_file_keeps_the_form(client: Client) -> None:
    answer = claim(client, make.make_world(), evidence=upload(b"nope"))
    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 400  # type: ignore[attr-defined]
    assert "这个文件不是 JPG、PNG 或 PDF。" in page
    assert 'value="退字第 1 号"' in page
    assert not VeteranStatus.objects.exists()


def test_second_claim_is_refused(client: Client) -> None:
    world = make.make_world()
    claim(client, world)
    assert claim(client, world).status_code == 409  # type: ignore[attr-defined]
    assert VeteranStatus.objects.count() == 1


def test_refused_claim_may_be_made_again(client: Client) -> None:
    world = make.make_world()
    claim(client, world)
    staff = make.make_staff()
    first = VeteranStatus.objects.get()
    decide(staff=staff, claim_id=first.pk, approved=False, note="看不清。", now=NOW)
    claim(client, world)
    assert VeteranStatus.objects.filter(state=VeteranState.PENDING).count() == 1


def test_discharge_in_the_future() -> None:
    world = make.make_world()
    with pytest.raises(DomainError, match=r"veteran\.future"):
        claim_veteran(
            user_id=world.user_id,
            valid_from=date(2025, 4, 24),
            basis="退字第 1 号",
            evidence=upload(),
            now=NOW,
        )


def test_evidence_is_for_the_student_and_who_decides(client: Client) -> None:
    world = make.make_world()
    claim(client, world)
    address = f"/retake/veteran/evidence/{VeteranStatus.objects.get().pk}/"
    seen = {}
    readers = {
        "owner": world.student.user,
        "teaching": make.make_staff(),
        "other": make.make_student().user,
        "finance": make.make_staff(Role.FINANCE),
    }
    for name, user in readers.items():
        client.force_login(user)  # type: ignore[arg-type]
        answer = client.get(address)
        seen[name] = answer.status_code
        b"".join(answer)  # read to its end, which closes the file
    assert seen == {"owner": 200, "teaching": 200, "other": 404, "finance": 404}


def test_evidence_is_served_as_what_it_is(client: Client) -> None:
    claim(client, make.make_world())
    answer = client.get(f"/retake/veteran/evidence/{VeteranStatus.objects.get().pk}/")
    served = b"".join(answer)
    assert (served, answer["Content-Type"]) == (JPEG, "image/jpeg")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_deciding_needs_permission_and_refusing_a_note() -> None:
    row = make.make_veteran(make.make_student(), VeteranState.PENDING)
    with pytest.raises(DomainError, match=r"veteran\.forbidden"):
        decide(
            staff=make.make_staff(Role.FINANCE), claim_id=row.pk, approved=True, note="", now=NOW
        )
    with pytest.raises(DomainError, match=r"veteran\.note"):
        decide(staff=make.make_staff(), claim_id=row.pk, approved=False, note=" ", now=NOW)


def test_decided_is_decided() -> None:
    row = make.make_veteran(make.make_student(), VeteranState.APPROVED)
    with pytest.raises(DomainError, match=r"state\.illegal"):
        decide(staff=make.make_staff(), claim_id=row.pk, approved=False, note="错了。", now=NOW)


def test_who_enlisted_after_completion_is_told_why_he_pays(client: Client) -> None:
    world = make.make_world()
    make.complete(world.student, date(2022, 6, 30))
    make.make_veteran(world.student)
    why = "你 2022年6月30日 结业，退役身份从 2022年9月1日 起。结业后入伍的，重修照常缴费。"
    opened = opened_for(world.user_id, NOW)
    assert opened is not None
    assert choice(world.user_id, opened, NOW).not_exempt == why
    client.force_login(world.student.user)  # type: ignore[arg-type]
    page = client.get("/retake/veteran/").content.decode()
    assert (why in page, "提交申请" in page) == (True, False)


def test_a_covered_veteran_is_told_nothing_of_the_kind() -> None:
    world = make.make_world()
    make.make_veteran(world.student)
    opened = opened_for(world.user_id, NOW)
    assert opened is not None
    assert choice(world.user_id, opened, NOW).not_exempt == ""


def test_a_pending_claim_is_named_where_money_is_asked(client: Client) -> None:
    world = make.make_world()
    world.enroll()
    assert dashboard(world.user_id, NOW).claimed_at is None
    make.make_veteran(world.student, VeteranState.PENDING)
    assert dashboard(world.user_id, NOW).claimed_at == NOW
    client.force_login(world.student.user)  # type: ignore[arg-type]
    page = client.get("/retake/enrollments/").content.decode()
    assert "退役身份审核中" in page
