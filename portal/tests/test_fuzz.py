"""Nonsense in query strings and forms: every address answers every role with something but a 500.

Hypothesis draws the address, the method and what is sent, the same at every run. ``FUZZ`` is the
number of requests of a role; a large one takes its time (``make fuzz``).
"""

import os
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from hypothesis import strategies as st
from pytest_django import Settings

from portal.tests.addresses import ROLES
from portal.tests.people import browser_of
from portal.tests.places import in_production, places_of_w
from portal.tests.test_admin_addresses import paths as admin_paths

pytestmark = pytest.mark.usefixtures("college")
REQUESTS = int(os.environ.get("FUZZ", "40"))
ROOMS = ("portal", "retake", "payments", "credits", "transcripts")
# How the code takes a value out of a request, and declares a field of a form.
TAKEN = re.compile(r"""(?:GET|POST|FILES|data)(?:\.get|\.getlist|\.pop)?[(\[]\s*["'](\w+)["']""")
FIELD = re.compile(r"^    (\w+)(?:: [\w.]+)? = forms\.\w+", re.MULTILINE)
OF_ADMIN = ("q", "o", "p", "e", "all", "action", "_selected_action", "_popup", "_to_field",
            "select_across", "index", "_changelist_filters", "app_label", "model_name",
            "field_name", "term", "input_format", "format", "import_file", "_save")  # fmt: skip
STRANGE = (
    "", "0", "-1", "1", "2", "١", "1e9", "NaN", "9" * 30, "1.5", "true", "null", "[]", '{"a": 1}',
    "2025-02-30", "2025-13", "0001-01-01", "9999-12-31T23:59", "24:61", "A", "'", '"', "\\", "%",
    "%s", "{}", "{{ 7 }}", "<script>", "../../etc/passwd", "https://evil.example", "//evil", "\0",
    "\r\nX: y", "\ufeff", "\u202e", "𠮷", "重修", "x" * 5000, "1,2", "-0", "inf", "__all__",
)  # fmt: skip
FILES = ("file", "files", "evidence")
VALUE = st.one_of(st.sampled_from(STRANGE), st.integers().map(str), st.text(max_size=30))


@cache
def names() -> tuple[str, ...]:
    """Every name a request is asked for anywhere."""
    found = set(OF_ADMIN)
    for room in ROOMS:
        for file in Path(configured.BASE_DIR, room).rglob("*.py"):
            if "tests" not in file.parts:
                text = file.read_text(encoding="utf-8")
                found |= {*TAKEN.findall(text), *FIELD.findall(text)}
    return tuple(sorted(found))


def sent(data: st.DataObject) -> dict[str, list[object]]:
    """Some names with one value or several, now and then a file."""
    form = data.draw(
        st.dictionaries(
            st.sampled_from(names()), st.lists(VALUE, min_size=1, max_size=2), max_size=25
        )
    )
    filled: dict[str, list[object]] = {name: [*values] for name, values in form.items()}
    for name in data.draw(st.lists(st.sampled_from(FILES), max_size=1)):
        content = data.draw(st.sampled_from((b"", b"PK\x03\x04", b"%PDF-1.7", b"\xff\xd8", b"a,b")))
        filled[name] = [SimpleUploadedFile(f"{data.draw(VALUE)[:20] or 'a'}.xlsx", content)]
    return filled


def knocked(role: str, method: str, path: str, form: dict[str, list[object]]) -> int:
    """The status, and everything it did undone."""
    client = browser_of(role) if role else Client()
    client.raise_request_exception = False
    block = transaction.atomic()
    # like the frame of a test: services that must be outermost may begin in it
    setattr(block, "_from_testcase", True)  # noqa: B010 -- an attribute the stubs do not know
    with block:
        if method == "get":
            words = {
                name: [v for v in values if isinstance(v, str)] for name, values in form.items()
            }
            answer = client.get(path, words)
        else:
            answer = client.post(path, form)
        status = answer.status_code
        list(answer)
        transaction.set_rollback(True)
    return status


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role or "nobody")
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_nothing_that_is_sent_is_a_500(
    role: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    in_production(settings)
    every = sorted({*places_of_w().values(), *admin_paths().values()})

    @bounded(
        max_examples=REQUESTS,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def walk(data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(every))
        method = data.draw(st.sampled_from(("get", "post")))
        assert knocked(role, method, path, sent(data)) != 500, caplog.text

    walk()


@pytest.mark.parametrize(
    ("method", "path", "form", "status"),
    [
        ("post", "/admin/retake/round/999999/publish/", {}, 404),
        ("post", "/admin/retake/round/999999/archive/", {}, 404),
        ("post", "/admin/records/plancourse/add/", {"course": "{}"}, 400),
        ("get", "/admin/records/teachingclass/add/", {"course": "true"}, 400),
        ("get", "/admin/payments/charge/1/delete/", {"_to_field": ""}, 400),
    ],
)
def test_what_was_found_so_far(method: str, path: str, form: dict[str, str], status: int) -> None:
    assert knocked("admin", method, path, {name: [value] for name, value in form.items()}) == status
