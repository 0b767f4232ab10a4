"""What every test stands on: its worker's own database, broker number and folders.

The migrations run once per state of the code, into a template database; every pytest process
(and every xdist worker) clones it in a fraction of a second. Sockets beyond this machine are
closed by the options in pytest.ini.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import time
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg2
import psycopg2.extensions
import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["payments.cashier.testing"]

BASE = Path(__file__).parent
# Whatever may change what migrate leaves behind, signal handlers of post_migrate included.
CODE = ("portal", "retake", "payments", "credits", "transcripts")
JOURNEYS = "portal/tests/browser/"
# They wait half a minute and more for processes of their own: whoever gets one last keeps the
# others waiting.
LONG = (
    "benchmarks/tests/test_chaos.py",
    "benchmarks/tests/test_nodes.py",
    "portal/demo/tests/test_demo.py",
)
TEMPLATE_LOCK = 2025  # any number; together with the name of the database, so that others
# who test on the same server are not waited for
QUARTER = 900  # seconds; the longest of what is counted by the clock, wrong passwords
ORIGINAL = settings.DATABASES["default"]["NAME"]  # before this process switches to its clone


# A busy machine is no fault of an example.
hypothesis.settings.register_profile(
    "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("patient")


def worker_number() -> int:
    """Return 0 for xdist's gw0 and for a run without workers, 1 for gw1, …"""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def pytest_configure(config: pytest.Config) -> None:
    """Give this process a broker number of its own, and static files that need no collecting.

    Children started by tests inherit the number.
    """
    address = urlsplit(settings.REDIS_URL)
    number = int(address.path.strip("/") or 0) + worker_number()
    url = urlunsplit(address._replace(path=f"/{number}"))
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    settings.CACHES["default"]["LOCATION"] = url
    # Before any test overrides settings, so that no unwinding brings the manifest back.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }


class OneStage(LoadScopeScheduling):
    """Every test goes to whoever is free, the journeys together: they share one portal.

    xdist's own groups (loadgroup, 3.8) are not seen under pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return JOURNEYS if nodeid.startswith(JOURNEYS) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Share the tests out our way."""
    return OneStage(config, log)


@pytest.hookimpl(trylast=True)  # after the shuffle
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long ones; the order of all others stays as it fell."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session", autouse=True)
def fast_and_contained(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Cheap passwords; uploads and counts into temporary folders; no finance platform but the one
    a test starts, though a demo of this checkout may be running beside.
    """
    settings.FINANCE_URL = "http://127.0.0.1:9"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = str(tmp_path_factory.mktemp("media"))
    settings.STATIC_ROOT = str(tmp_path_factory.mktemp("static"))
    folder = str(tmp_path_factory.mktemp("metrics"))
    settings.METRICS_DIR = os.environ["METRICS_DIR"] = folder
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Let this process work in a clone of the migrated template (replaces pytest-django's)."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock(), cloned(f"test_{ORIGINAL}_{worker}"):
        yield


@pytest.fixture
def steady() -> Iterator[None]:
    """No minute (pause, step of a code), and so no day, ends within the test."""
    with time_machine.travel(time() // QUARTER * QUARTER + 1):
        yield


@pytest.fixture
def uncounted(steady: None) -> None:
    """Nobody has been counted yet either."""
    cache.clear()


@pytest.fixture
def throwaway_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let one test work in a fresh clone it may damage (drop a constraint, a trigger)."""
    name = f"{settings.DATABASES['default']['NAME']}_throwaway"
    with django_db_blocker.unblock(), cloned(name):
        yield


@contextmanager
def cloned(name: str, original: str = "") -> Iterator[None]:
    """Switch this process, and children it starts, to a new database; drop it afterwards.

    ``original`` is the database it is copied from, nobody connected to it; else what migrate made.
    """
    before = settings.DATABASES["default"]["NAME"]
    with closing(server()) as maintenance:
        lock = f"({TEMPLATE_LOCK}, hashtext('{ORIGINAL}'))"
        execute(maintenance, f"SELECT pg_advisory_lock{lock}")
        execute(maintenance, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        template = original or migrated_template(maintenance)
        execute(maintenance, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        execute(maintenance, f"SELECT pg_advisory_unlock{lock}")
    use(name)
    try:
        yield
    finally:
        use(before)
        with closing(server()) as maintenance:
            execute(maintenance, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def migrated_template(maintenance: psycopg2.extensions.connection) -> str:
    """Return the template for the code as it is, migrated when there is none yet.

    The caller holds the lock. Templates of older code are dropped.
    """
    prefix = f"template_{ORIGINAL}_"
    found = execute(
        maintenance,
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)",
        prefix,
    )
    template = prefix + code_hash()
    if (template,) not in found:
        for (old,) in found:
            execute(maintenance, f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
        migrate_into(f"{prefix}draft")
        execute(maintenance, f'ALTER DATABASE "{prefix}draft" RENAME TO "{template}"')
    return template


def migrate_into(name: str) -> None:
    """Create and migrate a database; a half-made one of a killed run is replaced."""
    before = settings.DATABASES["default"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    use(before)


def code_hash() -> str:
    """Hash the portal's own Python outside its tests, and what it runs on."""
    files = [BASE / "requirements.txt", Path(__file__)]
    for room in CODE:
        files += [path for path in (BASE / room).rglob("*.py") if "tests" not in path.parts]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def use(name: str) -> None:
    """Point Django and the environment of children to another database of the server."""
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    address = urlsplit(os.environ["DATABASE_URL"])
    os.environ["DATABASE_URL"] = urlunsplit(address._replace(path=f"/{name}"))


def server() -> psycopg2.extensions.connection:
    """Connect to the server's maintenance database."""
    known = settings.DATABASES["default"]
    link = psycopg2.connect(
        host=known["HOST"],
        port=known["PORT"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname="postgres",
    )
    link.autocommit = True
    return link


def execute(
    link: psycopg2.extensions.connection, statement: str, *values: str
) -> list[tuple[str, ...]]:
    """Run one statement and return its rows, if it has any."""
    with link.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []
