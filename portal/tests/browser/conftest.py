"""One portal for all journeys, a fresh browser profile for each.

What students do stays done, and the order of tests is random: every journey has a student of its
own (``portal.demo.college.scripts``).
"""

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest
from django.conf import settings
from django.core.cache import cache
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from conftest import cloned, use
from payments.cashier.testing.process import CashierProcess
from portal.lib.testing.chromium import chromium
from portal.tests.browser.stage import Stage
from portal.tests.browser.visitor import PHONE, Visitor

FAILED = pytest.StashKey[bool]()

Visit = Callable[..., Visitor]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Journeys share the portal, so one process should take all of them.

    pytest-xdist 3.8 does not see groups under pytest 9.2; then each worker builds a portal.
    """
    item.add_marker(pytest.mark.browser)
    item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember whether the test failed, for the last screenshot."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@dataclass(frozen=True)
class Ground:
    """What every portal here begins with; ``database`` and the files students handed in
    (``media``) are copied, nobody works in them.
    """

    database: str
    static: Path
    media: Path


@pytest.fixture(scope="package")
def ground(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    cashier_process: CashierProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Ground]:
    """The college and the collected static files, made once."""
    folder = tmp_path_factory.mktemp("ground")
    own = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock(), beside_browsers(), cloned(f"{own}_ground"):
        Stage(folder, folder / "static", cashier_process, jobs=False).prepare()
        use(own)
        yield Ground(f"{own}_ground", folder / "static", folder / "media")


@contextmanager
def beside_browsers() -> Iterator[None]:
    """A browser of an earlier test keeps an event loop in this thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield


@pytest.fixture(scope="package")
def stage(
    ground: Ground,
    django_db_blocker: DjangoDbBlocker,
    cashier_process: CashierProcess,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """The portal on a database of its own, which this process does not touch."""
    folder = tmp_path_factory.mktemp("stage")
    with django_db_blocker.unblock(), raised(ground, folder, cashier_process) as running:
        yield running


@contextmanager
def raised(
    ground: Ground, folder: Path, cashier: CashierProcess, *, jobs: bool = True
) -> Iterator[Stage]:
    """A portal in this folder on a fresh copy of the college, closed afterwards."""
    if not cashier.up():
        cashier.start()
    own = settings.DATABASES["default"]["NAME"]
    with beside_browsers(), cloned(f"{own}_{folder.name}", ground.database):
        running = Stage(folder, ground.static, cashier, jobs=jobs)
        copytree(ground.media, folder / "media", dirs_exist_ok=True)
        use(own)
        if jobs:
            cache.clear()  # jobs of an earlier portal
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One for all visitors."""
    with chromium() as running:
        yield running


@pytest.fixture
def visit(stage: Stage, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Make visitors; afterwards none of them may have a complaint."""
    stage.cashier.reset()
    visitors: list[Visitor] = []

    def come(*, script: bool = True, size: tuple[int, int] = PHONE) -> Visitor:
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        name = request.node.name.removeprefix("test_")
        visitors.append(Visitor(context, stage, name, on_phone=size == PHONE))
        return visitors[-1]

    yield come
    for visitor in visitors:
        if request.node.stash.get(FAILED, False):
            visitor.keep("failed")
        visitor.context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
    assert stage.new_errors() == []


@pytest.fixture
def visitor(visit: Visit) -> Visitor:
    """Somebody with a phone."""
    return visit()
