"""A portal that is no demo: what it does not start with, and that nobody of the demo is in it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from portal.production import faults

KEY = "Zq3v9XkP1mT7wR5yB2nL8cD4fG6hJ0sA-uE_iOzKxQpVtMbWdYrN"  # of this test alone
PRODUCTION = {
    "DEMO": "0",
    "HTTPS": "1",
    "DEBUG": "0",
    "SECRET_KEY": KEY,
    "FINANCE_SECRET": "of the finance office",
    "ALLOWED_HOSTS": "portal.example.edu.cn",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}
SERVE = """
from django.test import Client
from portal.wsgi import application
answer = Client(HTTP_HOST="portal.example.edu.cn").get("/retake/", secure=True)
print(answer.status_code, answer.headers["Strict-Transport-Security"])
forged = Client(HTTP_HOST="evil.example").get("/retake/", secure=True)
print(forged.status_code)
"""
LOOK = """
import django
django.setup()
from django.contrib.auth import authenticate
from django.test import RequestFactory
from portal.accounts.models import User
print(User.objects.count())
request = RequestFactory().post("/accounts/login/")
for password in ("demo", "not the demo's"):
    User.objects.create_user(password, password, name="x")
    print(authenticate(request, username=password, password=password) is not None)
"""


def run(*command: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    """A process of a production portal with some variables otherwise; an empty one is not set."""
    keep = {name: os.environ[name] for name in ("PATH", "DATABASE_URL") if name in os.environ}
    environment = keep | PRODUCTION | {"DJANGO_SETTINGS_MODULE": "portal.settings"} | changes
    return subprocess.run(
        [sys.executable, *command],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in environment.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_sound_production_has_no_fault() -> None:
    assert faults(debug=False, secret_key=KEY, hosts=["portal.example.edu.cn"]) == []


@pytest.mark.parametrize(
    "key",
    ["", "short", "a" * 64, "django-insecure-" + KEY, "dev-only-" + KEY, KEY[:49]],
    ids=["none", "short", "one letter", "Django's", "an example's", "49 characters"],
)
def test_a_weak_key_is_a_fault(key: str) -> None:
    [fault] = faults(debug=False, secret_key=key, hosts=[])
    assert "SECRET_KEY can be guessed" in fault
    assert not key or key not in fault


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"DEBUG": "1"}, "DEBUG=1 shows"),
        ({"SECRET_KEY": "django-insecure-key"}, "SECRET_KEY can be guessed"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS=*"),
        ({"FINANCE_SECRET_FILE": os.devnull}, "FINANCE_SECRET can be guessed"),
        ({"FINANCE_SECRET": "changeme-changeme"}, "FINANCE_SECRET can be guessed"),
    ],
    ids=["debug", "key", "host", "empty finance secret", "an example's finance secret"],
)
@pytest.mark.parametrize(
    "start",
    ["import portal.wsgi", "from portal.celery import app; app.finalize(); app.conf.timezone"],
    ids=["web", "worker"],
)
def test_no_process_starts_with_a_fault(start: str, changes: dict[str, str], said: str) -> None:
    done = run("-c", start, **changes)
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.usefixtures("throwaway_database")
def test_production_starts_without_anybody_of_the_demo() -> None:
    served, looked = run("-c", SERVE), run("-c", LOOK)
    assert served.stdout.splitlines() == [
        "302 max-age=31536000; includeSubDomains; preload",
        "400",
    ], served.stderr
    assert looked.stdout.splitlines() == ["0", "False", "True"], looked.stderr


@pytest.mark.usefixtures("throwaway_database")
def test_the_demo_college_is_built_in_a_demo_only() -> None:
    done = run("manage.py", "demo_college")
    assert done.returncode != 0
    assert "只建在演示里" in done.stderr


def test_secrets_may_stand_in_files(tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text(KEY)
    show = "from django.conf import settings; print(settings.SECRET_KEY)"
    done = run("-c", show, SECRET_KEY="", SECRET_KEY_FILE=str(secret))
    assert done.stdout == f"{KEY}\n"
