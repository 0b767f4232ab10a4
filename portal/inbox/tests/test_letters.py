"""What leaves the portal: once, together, by whom it may, and what a broken line leaves behind."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, InternalError, connection, transaction
from django.test import Client, override_settings
from pytest_django import DjangoAssertNumQueries

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.accounts.tests.factories import user as make_user
from portal.inbox import selectors, services
from portal.inbox.handing import hand_out
from portal.inbox.models import Enclosure, Letter, Message
from portal.inbox.night import awake
from portal.inbox.posting import BACKOFF, deliver
from portal.inbox.states import LetterState
from portal.inbox.testing.mail_server import MailServer
from portal.inbox.tests.posts import connected, reader
from portal.inbox.tests.test_messages import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=2)
EMAIL = {"email": "portal.inbox.channels.email.EmailChannel"}
ALL = EMAIL | {
    "sms": "portal.inbox.channels.sms.SmsChannel",
    "wecom": "portal.inbox.channels.wecom.WecomChannel",
}


@pytest.fixture(autouse=True)
def only_email() -> Iterator[None]:
    with override_settings(MESSAGE_CHANNELS=EMAIL, ADDRESS_BOOK="portal.inbox.tests.posts.book"):
        yield


@pytest.fixture
def server() -> Iterator[MailServer]:
    with connected("email") as line:
        yield line.far


def tell(user: User, *keys: str, at: datetime = NOW) -> None:
    services.send([services.Note(user.pk, key, f"{key}的事") for key in keys], at)


def letters() -> list[tuple[str, int]]:
    """Channel and number of messages, oldest first."""
    return [(row.channel, row.enclosures.count()) for row in Letter.objects.order_by("pk")]


def test_messages_of_one_reader_leave_together() -> None:
    one, other = reader(), reader()
    tell(one, "a", "b")
    tell(other, "c")
    assert hand_out(LATER, 100) == 2
    assert letters() == [("email", 2), ("email", 1)]


def test_a_message_waits_for_its_neighbours() -> None:
    user = reader()
    tell(user, "a")
    assert hand_out(NOW + timedelta(seconds=59), 100) == 0
    tell(user, "b", at=NOW + timedelta(seconds=59))
    hand_out(NOW + timedelta(seconds=60), 100)
    assert letters() == [("email", 2)]


def test_what_has_been_handed_out_is_not_again() -> None:
    tell(reader(), "a")
    hand_out(LATER, 100)
    assert hand_out(LATER, 100) == 0


def test_the_database_holds_once() -> None:
    tell(reader(), "a")
    hand_out(LATER, 100)
    [row] = Enclosure.objects.all()
    with pytest.raises(IntegrityError, match="message_out_once"):
        Enclosure.objects.create(letter=row.letter, message=row.message, channel=row.channel)


def test_statements_do_not_grow(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in (1, 5):
        user = reader()
        tell(user, *[f"{number}-{each}" for each in range(number)])
        with django_assert_num_queries(8):  # six and the savepoint
            hand_out(LATER, 100)


def test_nobody_is_written_to_without_an_address_or_against_his_will() -> None:
    silent, unknown = reader(), reader(email="")
    services.choose_mail(user_id=silent.pk, wanted=False, now=NOW)
    tell(silent, "a")
    tell(unknown, "a")
    assert hand_out(LATER, 100) == 0
    assert Message.objects.filter(handed_out=False).count() == 0


def test_the_inbox_cannot_be_switched_off(client: Client) -> None:
    silent = reader()
    services.choose_mail(user_id=silent.pk, wanted=False, now=NOW)
    tell(silent, "a")
    hand_out(LATER, 100)
    client.force_login(silent)
    found = Message.objects.get(user=silent)
    assert found.title in client.get("/messages/").content.decode()


def test_switching_off_stops_what_waits(server: MailServer) -> None:
    user = reader()
    tell(user, "a")
    hand_out(LATER, 100)
    services.choose_mail(user_id=user.pk, wanted=False, now=LATER)
    assert deliver(lambda: LATER, 100) == 0
    letter = Letter.objects.get()
    assert (letter.state, letter.failure, server.letters) == ("failed", "收件人关掉了邮件", [])


def test_a_letter_arrives_once(server: MailServer) -> None:
    tell(reader(), "a", "b")
    hand_out(LATER, 100)
    assert [deliver(lambda: LATER, 100) for _ in range(3)] == [1, 0, 0]
    [(address, mail)] = server.letters
    assert address == "w@students.example"
    assert "2 条消息" in mail["Subject"]


def test_every_channel_has_its_letter_and_texts_only_its_topics() -> None:
    user = reader(phone="13800001111")
    tell(user, "paid:1", "retake:changed:1")
    with override_settings(MESSAGE_CHANNELS=ALL):
        hand_out(LATER, 100)
    assert letters() == [("email", 2), ("sms", 1), ("wecom", 2)]


def test_a_busy_server_is_tried_again_and_given_up_in_the_end(server: MailServer) -> None:
    tell(reader(), "a")
    hand_out(LATER, 100)
    moment = LATER
    for pause in BACKOFF:
        server.moods.append("busy")
        deliver(lambda: moment, 100)  # noqa: B023 -- called at once
        assert Letter.objects.get().next_try_at == moment + pause
        moment += pause
    server.moods.append("busy")
    deliver(lambda: moment, 100)
    letter = Letter.objects.get()
    assert (letter.state, letter.tries, server.letters) == ("failed", 5, [])
    assert "451" in letter.failure


def test_a_line_that_breaks_leaves_an_unsure_letter(server: MailServer) -> None:
    tell(reader(), "a")
    hand_out(LATER, 100)
    server.moods.append("silent")
    deliver(lambda: LATER, 100)
    deliver(lambda: LATER + timedelta(days=1), 100)
    assert (Letter.objects.get().state, len(server.letters)) == ("unsure", 1)


class Killed(BaseException):
    """What a worker sees of ``kill -9``: nothing after it runs."""


def test_a_killed_worker_sends_nothing_twice(server: MailServer) -> None:
    first, second = reader(), reader()
    tell(first, "a")
    tell(second, "a")
    hand_out(LATER, 100)
    moments = iter([LATER, LATER])  # the claim and the first letter's begin; then the power goes

    def clock() -> datetime:
        try:
            return next(moments)
        except StopIteration:
            raise Killed from None

    with pytest.raises(Killed):
        deliver(clock, 100)
    assert len(server.letters) == 1
    deliver(lambda: LATER, 100)
    assert len(server.letters) == 1, "the lease holds"
    deliver(lambda: LATER + timedelta(hours=1), 100)
    assert sorted(Letter.objects.values_list("state", flat=True)) == ["sent", "unsure"]
    assert len(server.letters) == 2


def test_a_channel_that_knows_keys_is_asked_again_after_a_kill() -> None:
    with connected("sms") as line, override_settings(MESSAGE_CHANNELS={"sms": ALL["sms"]}):
        tell(reader(phone=line.known), "retake:changed:1")
        hand_out(LATER, 100)
        Letter.objects.update(begun_at=LATER)
        assert deliver(lambda: LATER, 100) == 1
        assert line.arrived() == [line.known]


@pytest.mark.django_db(transaction=True)
def test_workers_share_the_letters(server: MailServer) -> None:
    for number in range(30):
        tell(reader(email=f"w{number}@students.example"), "a")
    hand_out(LATER, 100)
    start = Barrier(3)

    def work(_: int) -> int:
        start.wait()
        try:
            return deliver(lambda: LATER, 100)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as workers:
        assert sum(workers.map(work, range(3))) == 30
    assert len({address for address, _ in server.letters}) == len(server.letters) == 30


def test_phones_do_not_ring_at_night() -> None:
    night = NOW.replace(hour=23)
    assert awake(night) == (NOW + timedelta(days=1)).replace(hour=8, minute=0)
    assert awake(NOW.replace(hour=7)) == NOW.replace(hour=8, minute=0)
    assert awake(NOW.replace(hour=22, minute=0)) == awake(night)
    assert awake(NOW) == NOW


def test_a_text_message_at_night_waits() -> None:
    night = NOW.replace(hour=23)
    with override_settings(MESSAGE_CHANNELS={"sms": ALL["sms"]}):
        tell(reader(phone="1"), "retake:changed:1", at=night)
        hand_out(night + timedelta(minutes=2), 100)
    assert Letter.objects.get().next_try_at == awake(night)


@pytest.mark.parametrize("state", [LetterState.SENT, LetterState.FAILED, LetterState.UNSURE])
def test_an_ended_letter_stays_so(state: LetterState) -> None:
    tell(reader(), "a")
    hand_out(LATER, 100)
    Letter.objects.update(state=state)
    with pytest.raises(InternalError), transaction.atomic():
        Letter.objects.update(state=LetterState.WAITING)


def test_a_promise_names_the_channels() -> None:
    user = reader()
    assert selectors.reach(user.pk).words == "站内消息和邮件"
    with override_settings(MESSAGE_CHANNELS=ALL):
        assert selectors.reach(user.pk).words == "站内消息、邮件和企业微信"
    services.choose_mail(user_id=user.pk, wanted=False, now=NOW)
    assert selectors.reach(user.pk).words == "站内消息"
    assert selectors.reach(reader(email="").pk).words == "站内消息"


def test_the_page_switches_email_off_and_on(client: Client) -> None:
    user = reader()
    client.force_login(user)
    page = client.get("/messages/").content.decode()
    assert "w***@students.example" in page
    assert "w@students.example" not in page
    for wanted, words in (("0", "邮件已关掉"), ("1", "同样的消息也发到")):
        page = client.post("/messages/mail/", {"wanted": wanted}, follow=True).content.decode()
        assert words in page


def test_who_has_no_address_has_no_switch(client: Client) -> None:
    client.force_login(reader(email=""))
    assert 'id="mail"' not in client.get("/messages/").content.decode()


def test_letters_in_admin_tell_no_address(client: Client) -> None:
    client.force_login(make_user(role=Role.TEACHING))
    assert client.get("/admin/inbox/letter/?state=sent").status_code == 200
    assert client.get("/admin/inbox/letter/?address__startswith=138").status_code == 400
