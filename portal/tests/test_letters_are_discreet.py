"""A letter leaves the portal: it carries nothing of what pages mask."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from django.db.models.signals import post_save
from pytest_django import Settings

from conftest import CODE
from payments.gateways.registry import gateway
from payments.models import Receipt
from payments.tests.factories import HANDLERS
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.inbox.channels.base import Item, Post
from portal.inbox.channels.wording import letter, short, subject
from portal.inbox.models import Message
from portal.inbox.services import Note, send
from portal.records.models import Student, Teacher
from portal.tests.scenes import SCENES, TRADE, Refusing, Wrong
from retake.tests import factories as make
from retake.tests.factories import NOW

pytestmark = pytest.mark.django_db
PHONE, MAIL = "13912345678", "only.mine@students.example"
# A key as it is worded, whole or as the part its module puts into one.
WRITTEN = re.compile(r'f"(?:retake:)?(?!retake:)([a-z-]+[a-z]):\{|_notes?\([^")]*"([a-z]+)"')


@pytest.fixture(autouse=True)
def reachable(settings: Settings) -> Iterator[None]:
    """Every student has a phone and an address of his own; charges of tests are known."""

    def complete(instance: Student, **_signal: object) -> None:
        Student.objects.filter(pk=instance.pk).update(phone=f"{PHONE}{instance.pk}", email=MAIL)

    settings.CHARGE_HANDLERS = {**settings.CHARGE_HANDLERS, **HANDLERS}
    post_save.connect(complete, sender=Student)
    yield
    post_save.disconnect(complete, sender=Student)


@pytest.fixture(params=SCENES, ids=lambda scene: scene.__name__)
def scene(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Callable[[], None]]:
    """With a channel of its own where it needs one."""
    own = {"returning": Refusing, "fetching": Wrong}.get(request.param.__name__)
    if own is not None:
        settings.GATEWAYS = {"finance": f"{own.__module__}.{own.__qualname__}"}
    gateway.cache_clear()
    yield request.param
    gateway.cache_clear()


def masked() -> set[str]:
    """Names and numbers of payers and students, and what channels call their payments."""
    found: set[str] = set()
    for rows in (
        User.objects.filter(role=Role.STUDENT).values_list("name", "username"),
        Student.objects.values_list("name", "number", "roll_number", "phone", "email"),
        Teacher.objects.values_list("phone", "number"),
        Receipt.objects.values_list("trade_number"),
    ):
        found.update(str(value) for row in rows for value in row)
    return {TRADE, *found} - {""}


def leaking() -> list[tuple[str, str]]:
    """Kind of message, and what it says though it is masked on pages."""
    secrets = masked()
    return [
        (message.key, secret)
        for message in Message.objects.all()
        for secret in secrets
        if any(secret in text for text in outside(message))
    ]


def outside(message: Message) -> tuple[str, ...]:
    """As e-mail and as text message, but for the reader's own name in front."""
    post = Post("letter-1", "", "", (Item(message.title, message.body, message.link),))
    return subject(post, "学业服务"), letter(post, "学院", "学业服务", "/"), short(post, "学业服务")


def kinds() -> set[str]:
    """What was sent, by key without its numbers."""
    keys = Message.objects.values_list("key", flat=True)
    return {re.match(r"(?:retake:)?[a-z-]+", key)[0] for key in keys}  # type: ignore[index]


def test_nothing_that_is_masked_leaves(scene: Callable[[], None]) -> None:
    scene()
    assert SCENES[scene] <= kinds()
    assert leaking() == []


def test_control_a_phone_number_is_found() -> None:
    student = make.make_student()
    body = f"打 {PHONE}{student.pk} 找{student.name}，交易号 {TRADE}。"
    send([Note(student.user_id or 0, "retake:control", "你好", body)], NOW)
    assert {secret for _, secret in leaking()} == {f"{PHONE}{student.pk}", student.name, TRADE}


def test_every_kind_is_sent_here() -> None:
    sent = {re.sub("retake:|reconcile-", "", kind) for one in SCENES.values() for kind in one}
    worded = {"".join(found) for source in wording() for found in WRITTEN.findall(source)}
    assert (worded - sent, len(worded) > 20) == (set(), True)


def wording() -> Iterator[str]:
    """The source of every module that writes notes."""
    for room in CODE:
        for path in (django_settings.BASE_DIR / room).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            if "inbox.services import" in source and "Note" in source and "tests" not in path.parts:
                yield source
