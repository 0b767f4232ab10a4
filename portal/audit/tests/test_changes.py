"""Whatever changes a row leaves behind who did it, from where and what was there before."""

from datetime import timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.test import Client
from django.utils import timezone

from portal.accounts.models import Contact, User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import PASSWORD
from portal.accounts.tests.factories import user as make_user
from portal.audit.models import LEAST_DAYS, Change
from portal.celery import app
from portal.lib.origin import acting, on_behalf_of
from portal.lib.tasks import PlacedTask
from portal.lib.trace import working_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact() -> Contact:
    return Contact.objects.create(topic="pe", office="体育学院", phone="0519-86332150")


def told() -> list[tuple[str, dict[str, object], int | None, str]]:
    """Operation, content, who and where of every change of a contact, oldest first."""
    rows = Change.objects.filter(model="accounts.contact").order_by("pk")
    return list(rows.values_list("operation", "changes", "actor", "place"))


def last() -> tuple[str, dict[str, object], int | None, str]:
    return told()[-1]


def test_an_update_tells_before_and_after(contact: Contact) -> None:
    with acting("task x", lambda: 7):
        Contact.objects.filter(pk=contact.pk).update(office="体育教学部", hours="工作日")
    told_of = {"office": ["体育学院", "体育教学部"], "hours": ["", "工作日"]}
    assert last() == ("update", told_of, 7, "task x")
    assert Change.objects.latest("pk").row == contact.pk


def test_what_stays_as_it_was_is_no_change(contact: Contact) -> None:
    before = len(told())
    Contact.objects.filter(pk=contact.pk).update(office="体育学院")
    assert len(told()) == before


def test_every_row_of_a_set_is_told(contact: Contact) -> None:
    other = Contact.objects.create(topic="english", office="外语学院", phone="1")
    Contact.objects.update(remark="放假")
    found = Change.objects.filter(model="accounts.contact", operation="update")
    assert set(found.values_list("row", flat=True)) == {contact.pk, other.pk}


def test_a_deletion_keeps_what_was_there(contact: Contact) -> None:
    key = contact.pk
    contact.delete()
    operation, changes, _, _ = last()
    assert (operation, changes["office"], changes["id"]) == (
        "delete",
        ["体育学院", None],
        [key, None],
    )


def test_personal_columns_are_told_without_their_content(contact: Contact) -> None:
    contact.phone = "13812342210"
    contact.save(update_fields=["phone"])
    assert last()[1] == {"phone": ["•••", "•••"]}
    contact.delete()
    assert last()[1]["phone"] == ["•••", None]


def test_signing_in_is_no_change_of_the_account() -> None:
    user = make_user(role=Role.TEACHING)
    about_him = Change.objects.filter(model="accounts.user", row=user.pk)
    before = about_him.count()
    Client().force_login(user)
    assert about_him.count() == before


def test_every_sign_in_is_told_with_its_address_and_without_its_session() -> None:
    user = make_user(password=PASSWORD)
    fields = {"username": user.username, "password": PASSWORD}
    Client(REMOTE_ADDR="10.1.2.3").post("/accounts/login/", fields)
    told_of = Change.objects.filter(model="accounts.visit", operation="insert").latest("pk")
    assert (told_of.actor_id, told_of.place) == (user.pk, "page /accounts/login/")
    assert told_of.changes["user_id"] == [None, user.pk]
    assert told_of.changes["address"] == [None, "10.1.2.3"]
    assert told_of.changes["session_key"] == [None, "•••"]


def test_a_new_account_is_told_from_the_beginning() -> None:
    user = make_user(role=Role.ADMIN)
    born = Change.objects.get(model="accounts.user", row=user.pk)
    assert (born.operation, born.changes["role"]) == ("insert", [None, "admin"])
    assert born.changes["password"] == [None, "•••"]


def test_what_a_page_changes_names_the_page_and_the_reader(contact: Contact) -> None:
    admin = make_user(role=Role.ADMIN)
    client = Client()
    client.force_login(admin)
    path = f"/admin/accounts/contact/{contact.pk}/change/"
    fields = {"topic": "pe", "office": "体育 100% '学院'", "phone": "1", "hours": "", "remark": ""}
    assert client.post(path, fields).status_code == 302
    changed = last()
    assert (changed[0], changed[2:]) == ("update", (admin.pk, f"page {path}"))
    assert changed[1]["office"] == ["体育学院", "体育 100% '学院'"]


def test_a_change_carries_the_number_of_its_request(contact: Contact) -> None:
    with working_on("0123456789abcdef"), acting("page /x/"):
        Contact.objects.update(office="改过")
    assert Change.objects.latest("pk").request == "0123456789abcdef"


def test_what_a_task_changes_names_the_task(contact: Contact) -> None:
    @app.task(name="audit.tests.rename")
    def rename() -> None:
        Contact.objects.update(office="改过")

    assert isinstance(rename, PlacedTask)
    rename()
    assert last()[2:] == (None, "task audit.tests.rename")


def test_a_job_acts_for_who_started_it(contact: Contact) -> None:
    with acting("task portal.jobs.tasks.work"), on_behalf_of(42):
        Contact.objects.update(office="改过")
    assert last()[2:] == (42, "task portal.jobs.tasks.work")


def test_who_speaks_to_the_database_himself_is_told_as_nobody(contact: Contact) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_contact SET office = 'psql'")
    assert last() == ("update", {"office": ["体育学院", "psql"]}, None, "")


@pytest.mark.parametrize("place", ["page /a%s'b\\/", "page /\0\ud800x/", "page /" + "长" * 300])
def test_any_address_can_be_written_down(place: str, contact: Contact) -> None:
    with acting(place):
        Contact.objects.update(office="改过")
    assert last()[3] == "".join(filter(str.isprintable, place[:200]))


def test_statements_with_many_or_no_values_keep_their_origin(contact: Contact) -> None:
    with acting("task many"), connection.cursor() as cursor:
        cursor.executemany("UPDATE accounts_contact SET hours = %s", [("1",), ("2",)])
        assert last()[1:] == ({"hours": ["1", "2"]}, None, "task many")
        cursor.execute("UPDATE accounts_contact SET hours = '3' WHERE topic LIKE 'p%'")
        assert last()[1:] == ({"hours": ["2", "3"]}, None, "task many")


@pytest.mark.parametrize("begin", ["\t", "\r\n", "-- why\n", "/* why */ "])
def test_however_a_statement_begins_it_has_its_own_origin(begin: str, contact: Contact) -> None:
    with acting("task before"):
        Contact.objects.update(hours="1")
    with acting("task now"), connection.cursor() as cursor:
        cursor.execute(f"{begin}UPDATE accounts_contact SET hours = '2'")  # noqa: S608 -- own words
    assert last()[3] == "task now"


def test_reading_from_a_cursor_of_the_server_goes_on(contact: Contact) -> None:
    with acting("task reading"), transaction.atomic():
        assert [one.pk for one in Contact.objects.iterator()] == [contact.pk]


def test_no_row_leaves_its_history_behind(contact: Contact) -> None:
    with pytest.raises(InternalError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(id=contact.pk + 1000, office="改过")
    assert Contact.objects.get().office == "体育学院"


def test_control_under_another_number_a_change_is_untold(contact: Contact) -> None:
    before = len(told())
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_number ON accounts_contact")
    Contact.objects.filter(pk=contact.pk).update(id=contact.pk + 1000, office="改过")
    assert len(told()) == before


def test_history_is_never_changed(contact: Contact) -> None:
    with pytest.raises(InternalError), transaction.atomic():
        Change.objects.update(place="nowhere")


@pytest.fixture
def ages(contact: Contact) -> dict[str, int]:
    """A change as old as the law asks, and one a minute younger."""
    moment = timezone.now() - timedelta(days=LEAST_DAYS)
    known = {}
    for name, at in (
        ("old", moment - timedelta(minutes=1)),
        ("young", moment + timedelta(minutes=1)),
    ):
        row = Change.objects.create(
            at=at, model="accounts.contact", row=contact.pk, operation="update", changes={}
        )
        known[name] = row.pk
    return known


def test_only_old_history_can_be_deleted(ages: dict[str, int]) -> None:
    with pytest.raises(InternalError), transaction.atomic():
        Change.objects.filter(pk=ages["young"]).delete()
    assert Change.objects.filter(pk=ages["old"]).delete()[0] == 1


def test_control_without_its_trigger_a_change_leaves_no_trace(contact: Contact) -> None:
    before = len(told())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_contact DISABLE TRIGGER audit_update")
    Contact.objects.update(office="改过")
    assert len(told()) == before


def test_password_of_an_account_is_never_written_down() -> None:
    user = make_user(role=Role.TEACHING)
    user.set_password("another one")
    user.save(update_fields=["password"])
    found = Change.objects.filter(model="accounts.user", row=user.pk).latest("pk")
    assert found.changes == {"password": ["•••", "•••"]}
    assert User.objects.get(pk=user.pk).password not in str(found.changes)
