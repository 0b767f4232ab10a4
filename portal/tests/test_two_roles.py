"""The portal works as a role that does not own its tables, and can do no more than it needs."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings as django_settings
from django.db import InternalError, ProgrammingError, connection, transaction
from django.db.models import F
from django.utils import timezone
from pytest_django import DjangoDbBlocker, Settings

from conftest import CODE, execute
from payments.models import Conflict, GatewayMessage, Surplus
from payments.services.settle import settle
from payments.tests.factories import make_arrival
from portal.accounts.models import User
from portal.audit.models import Change
from portal.audit.tasks import forget_what_is_old
from portal.audit.tracked import is_append_only, options, tables
from portal.ops import backup, installation, ownership
from portal.tests.addresses import ROLES, knock
from portal.tests.owning import PASSWORD, handed_over, session_of, two_made
from portal.tests.people import W, enrolled, ordered
from portal.tests.places import in_production, places_of_w
from portal.tests.test_portal_addresses import GET, POST

pytestmark = pytest.mark.usefixtures("two_roles", "college")
FORGED = """
INSERT INTO audit_change (at, model, row, operation, changes, place, request)
VALUES (now(), 'accounts.user', 1, 'update', '{}', '', '')
"""
LOCKED = r"(\w+)\.objects(?:\s*\.\w+\([^)]*\))*\s*\.select_for_update"
# Statement -> what of the owner's it would get round.
REFUSED = {
    "empty a table": "TRUNCATE payments_receipt CASCADE",
    "empty history": "TRUNCATE audit_change",
    "forge history": FORGED,
    "rewrite history": "UPDATE audit_change SET place = 'nowhere'",
    "delete history": "DELETE FROM audit_change",
    "rewrite who looked": "UPDATE audit_opening SET note = 'nothing'",
    "delete who looked": "DELETE FROM audit_opening",
    "switch a trigger off": "ALTER TABLE accounts_user DISABLE TRIGGER USER",
    "take a trigger down": "DROP TRIGGER audit_update ON accounts_user",
    "put one up": "CREATE TRIGGER x AFTER INSERT ON accounts_user"
    " EXECUTE FUNCTION audit_keep_number()",
    "silence all of them": "SET session_replication_role = replica",
    "have them look away": "SELECT set_config('pgtrigger.ignore', '{payments_receipt:append_only}',"
    " true); DELETE FROM payments_receipt",
    "write another function": "CREATE OR REPLACE FUNCTION audit_note() RETURNS trigger"
    " LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "put history behind a table of one's own": "CREATE TEMPORARY TABLE mine (id bigint);"
    " CREATE TRIGGER x AFTER DELETE ON mine REFERENCING OLD TABLE AS old_rows"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_note('accounts.user', '', '')",
    "make tables": "CREATE TABLE mine (id bigint)",
    "become the owner": "SET ROLE {owner}",
    "forge what was migrated": "DELETE FROM django_migrations",
}


@pytest.fixture(scope="module")
def names(django_db_setup: None) -> Iterator[tuple[str, str]]:
    """An owner and a role of the portal's own; they go after the database they are used in."""
    with two_made(django_settings.DATABASES["default"]["NAME"]) as made:
        yield made


@pytest.fixture(scope="module")
def two_roles(
    names: tuple[str, str], college_database: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[str, str]]:
    """The college belongs to the owner, who migrates it; everything below is done as the other."""
    with ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(handed_over(*names))
        yield names


@pytest.mark.parametrize("what", REFUSED)
def test_the_portals_role_cannot(what: str, two_roles: tuple[str, str]) -> None:
    owner, _ = two_roles
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(REFUSED[what].replace("{owner}", f'"{owner}"'))


@pytest.mark.parametrize(
    "what",
    [
        "empty history",
        "forge history",
        "switch a trigger off",
        "put history behind a table of one's own",
    ],
)
def test_control_the_owner_could(what: str, two_roles: tuple[str, str]) -> None:
    with session_of(two_roles[0]) as cursor:
        cursor.execute(REFUSED[what])


def test_what_it_changes_is_written_down_all_the_same() -> None:
    User.objects.filter(username=W).update(name="改过")
    assert Change.objects.latest("pk").changes["name"][1] == "改过"


def test_a_table_of_that_name_does_not_catch_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE audit_change (LIKE public.audit_change)")
        cursor.execute("UPDATE accounts_user SET name = '改过' WHERE username = %s", [W])
        cursor.execute("SELECT count(*) FROM pg_temp.audit_change")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT changes #>> '{name,1}' FROM public.audit_change ORDER BY id DESC")
        assert cursor.fetchone() == ("改过",)
        cursor.execute("DROP TABLE pg_temp.audit_change")


def test_money_comes_in() -> None:
    order = ordered(enrolled(W, 3))
    settle([make_arrival(order)], timezone.now())
    order.refresh_from_db()
    assert order.state == "paid"


@pytest.mark.parametrize("role", [W, "reviewer", "teaching", "finance", "admin"])
def test_every_page_and_action_works(role: str, settings: Settings) -> None:
    in_production(settings)
    paths, column = places_of_w(), ROLES.index(role)
    for method, table in (("get", GET), ("post", POST)):
        found = knock(method, role, {route: paths[route] for route in table})
        assert found == {route: row[column] for route, row in table.items()}


@pytest.mark.parametrize("model", [Conflict, Surplus])
def test_facts_that_cases_are_about_can_be_locked(model: type[Conflict | Surplus]) -> None:
    assert list(model.objects.select_for_update(no_key=True)) == []
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        model.objects.update(receipt=F("receipt"))


def test_facts_that_are_locked_are_known() -> None:
    """A lock takes a right to write, which facts have none of unless ``MORE`` says so."""
    locked = {(room, name) for room in CODE for name in re.findall(LOCKED, source_of(room))}
    facts = [one for one in tables() if is_append_only(one)]
    assert {
        options(one).label_lower
        for one in facts
        if (one.__module__.partition(".")[0], one.__name__) in locked
    } == {label for label, more in ownership.MORE.items() if "UPDATE (id)" in more}


def source_of(room: str) -> str:
    files = Path(django_settings.BASE_DIR, room).rglob("*.py")
    return "\n".join(path.read_text() for path in files if "tests" not in path.parts)


def test_what_is_old_is_forgotten() -> None:
    assert forget_what_is_old() == 0


ALL_LOOK_AWAY = (
    "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true) FROM pg_trigger"
)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payments_order SET amount_fen = amount_fen + 1",
        "UPDATE payments_order SET state = 'open'",
        "DELETE FROM payments_gatewaymessage",
    ],
)
def test_no_trigger_looks_away_for_the_portals_role(change: str) -> None:
    settle([make_arrival(ordered(enrolled(W, 3)))], timezone.now())
    GatewayMessage.objects.create(channel="finance", kind="callback", received_at=timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALL_LOOK_AWAY)
        with pytest.raises(InternalError, match=r"pgtrigger|Invalid"):
            cursor.execute(change)
        transaction.set_rollback(True)


LOOK_AWAY = "SET LOCAL pgtrigger.ignore = '{pgtrigger_kept_half_a_year_a5eef}'"
YOUNG = "SELECT audit_forget('change', now() + interval '1 day', 1000)"


def test_what_is_young_is_kept_from_whoever_has_triggers_look_away() -> None:
    User.objects.filter(username=W).update(name="改过")
    with connection.cursor() as cursor:
        cursor.execute(LOOK_AWAY)
        cursor.execute(YOUNG)
        assert cursor.fetchone() == (0,)
    assert Change.objects.exists()


def test_control_the_trigger_alone_would_let_the_owner(two_roles: tuple[str, str]) -> None:
    with session_of(two_roles[0]) as cursor:
        cursor.execute("UPDATE accounts_user SET name = '改过' WHERE username = %s", [W])
        cursor.execute(LOOK_AWAY)
        cursor.execute("DELETE FROM audit_change")
        assert cursor.rowcount > 0


@pytest.fixture
def empty(two_roles: tuple[str, str]) -> Iterator[dict[str, str]]:
    """The addresses of an empty database of the owner's, as settings."""
    owner, app = two_roles
    name, place = f"{owner}_empty", urlsplit(os.environ["DATABASE_URL"])  # the superuser's still
    at = f"{place.hostname}:{place.port}/{name}"
    with closing(psycopg2.connect(urlunsplit(place._replace(path="/postgres")))) as maintenance:
        maintenance.autocommit = True
        execute(maintenance, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        execute(maintenance, f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE template0')
        secret = quote(PASSWORD)
        yield {
            "DATABASE_URL": f"postgres://{app}:{secret}@{at}",
            "DATABASE_OWNER_URL": f"postgres://{owner}:{secret}@{at}",
        }
        execute(maintenance, f'DROP DATABASE "{name}" WITH (FORCE)')


def test_what_one_role_backs_up_the_other_restores(empty: dict[str, str], tmp_path: Path) -> None:
    folder = backup.make(installation.here(), tmp_path / "backups", None, timezone.now())
    done = subprocess.run(
        [sys.executable, "manage.py", "restore", str(folder)],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, **empty, "MEDIA_ROOT": str(tmp_path / "media"), "BACKUP_KEY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "已授权" in done.stdout) == (0, True), done.stderr
    with (
        closing(psycopg2.connect(empty["DATABASE_URL"])) as link,
        link.cursor() as cursor,
    ):
        cursor.execute("UPDATE accounts_user SET name = name || '改'")
        cursor.execute("SELECT count(*) FROM audit_change WHERE changes ? 'name'")
        assert cursor.fetchone() != (0,)
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(FORGED)


def test_two_roles_that_are_one_are_refused(two_roles: tuple[str, str]) -> None:
    _, app = two_roles
    with pytest.raises(ownership.NotTwoRoles, match="属于"):
        ownership.grant(app)  # asked as the role itself, to whom no table belongs either
