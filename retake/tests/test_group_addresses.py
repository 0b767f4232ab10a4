"""Another college's teaching group is neither shown nor addressable, whatever the address."""

import pytest
from django.test import Client

from portal.accounts.roles import Role
from retake.models import Assignment, SheetUpload, TeachingGroup
from retake.services import uploads
from retake.states import EnrollmentState, GroupState, SheetKind
from retake.tests import factories as make
from retake.tests import teaching
from retake.tests.factories import NOW
from retake.tests.sheets import arrange_file

pytestmark = pytest.mark.django_db
GROUPS = "/admin/retake/teachinggroup/"
READ = ("students/", "result-sheet/")
WRITE = ("assign/", "unassign/", "dissolve/", "not-open/", "slot/", "slot/undo/")


@pytest.fixture
def stranger(client: Client) -> Client:
    """A reviewer of a college that offers none of the courses."""
    client.force_login(make.make_staff(Role.REVIEWER, make.make_college("体育学院")))
    return client


def test_the_list_and_the_search_hold_the_own_groups_only(stranger: Client) -> None:
    group, _ = teaching.make_seated()
    for query in ("", f"?q={group.name}", f"?q={group.course.code}"):
        assert list(stranger.get(f"{GROUPS}{query}").context["cl"].queryset) == []
    assert group.course.name not in stranger.get(f"{GROUPS}overview/").content.decode()


@pytest.mark.parametrize("tail", READ)
def test_pages_are_not_there(stranger: Client, tail: str) -> None:
    group, _ = teaching.make_seated()
    assert stranger.get(f"{GROUPS}{group.pk}/{tail}").status_code == 404
    own = Client()
    own.force_login(group.created_by)
    assert own.get(f"{GROUPS}{group.pk}/{tail}").status_code == 200


@pytest.mark.parametrize("tail", WRITE)
def test_actions_find_nothing_and_change_nothing(stranger: Client, tail: str) -> None:
    group, [row] = teaching.make_seated()
    given = {"enrollment": row.pk, "reason": "停开", "slot": "1-1", "session": "1"}
    assert stranger.post(f"{GROUPS}{group.pk}/{tail}", given).status_code == 404
    row.refresh_from_db()
    assert TeachingGroup.objects.get().state == GroupState.ACTIVE
    assert (row.state, Assignment.objects.filter(ended_at=None).count()) == (
        EnrollmentState.ARRANGED,
        1,
    )


def test_its_form_sends_a_stranger_away(stranger: Client) -> None:
    group, _ = teaching.make_seated()
    assert stranger.get(f"{GROUPS}{group.pk}/change/").status_code == 302
    assert stranger.post(f"{GROUPS}{group.pk}/change/", {"name": "别人的"}).status_code == 302
    assert TeachingGroup.objects.get().name == group.name


@pytest.mark.parametrize("tail", ["", "apply/"])
def test_a_colleagues_upload_is_not_there(stranger: Client, tail: str) -> None:
    rows = teaching.make_confirmed(1)
    kept = uploads.keep(
        staff=teaching.make_reviewer(rows[0].course),
        kind=SheetKind.ARRANGE,
        name="落实表.xlsx",
        data=arrange_file(rows),
        reason="",
        now=NOW,
    )
    address = f"{GROUPS}upload/{kept.pk}/{tail}"
    answer = stranger.post(address) if tail else stranger.get(address)
    assert answer.status_code == 404
    assert SheetUpload.objects.get().applied_at is None
