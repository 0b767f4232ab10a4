"""Log lines: one number for all that one request causes, and no personal data in any."""

import io
import json
import logging
import os
import subprocess
import sys
from logging.config import dictConfig

import pytest
from django.conf import settings

from portal.lib import trace
from portal.lib.log_lines import masked
from portal.logs import Json, Line, logging_to_stderr


def said(formatter: logging.Formatter, message: str, *values: object) -> str:
    """What one call to a logger becomes."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    handler.emit(logging.LogRecord("x", logging.INFO, "", 0, message, values, None))
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call 13812345678 now", "call 138****5678 now"),
        ("电话13812345678。", "电话138****5678。"),
        ("tel:+8613812345678", "tel:+86138****5678"),
        ("id 320102199901011234 ok", "id 320102********1234 ok"),
        ("id 32010219990101123X", "id 320102********123X"),
        ("to wang.xm@example.edu.cn", "to w***@example.edu.cn"),
        ("postgres://portal:s3cret@db/portal", "postgres://portal:***@db/portal"),
        ("redis://:s3cret@broker/0", "redis://:***@broker/0"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("/?ticket=ST-1&x=2", "/?ticket=***&x=2"),
        ("DETAIL:  Failing row contains (7, 王小明, x).", "DETAIL:  Failing row contains (…)."),
        ("Key (phone)=(王 13) already exists.", "Key (phone)=(…) already exists."),
    ],
)
def test_personal_data_and_secrets_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
    assert said(Line("%(message)s"), "%s", text) == f"{shown}\n"
    assert json.loads(said(Json(), "%s", text))["message"] == shown


@pytest.mark.parametrize(
    "text",
    [
        "ZZJF20250423144312000017",
        "order 20250423144312000017 of 13812345678901",
        "student 0020220101 and 2022010113",
        "4200002513812345678202504231234",
        "POST 200 13 ms",
    ],
)
def test_numbers_of_orders_trades_and_students_stay(text: str) -> None:
    assert masked(text) == text


def test_a_traceback_is_masked_too() -> None:
    try:
        raise ValueError("13812345678")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "", 0, "m", (), (ValueError, error, error.__traceback__)
        )
    shown = [Line("%(message)s").format(record), Json().format(record)]
    assert ["13812345678" in one for one in shown] == [False, False]
    assert ["138****5678" in one for one in shown] == [True, True]


def test_a_json_line_has_what_a_log_store_searches() -> None:
    with trace.working_on("0123456789abcdef"):
        line = json.loads(said(Json(), "%d released", 3))
    assert (line["message"], line["request"]) == ("3 released", "0123456789abcdef")
    assert (line["level"], line["logger"], line["time"][-6:]) == ("INFO", "x", "+00:00")


def test_a_line_has_the_number_only_inside_a_request() -> None:
    style = Line("%(name)s%(request)s %(message)s")
    with trace.working_on("0123456789abcdef"):
        inside = said(style, "m")
    assert (inside, said(style, "m")) == ("x [0123456789abcdef] m\n", "x m\n")


@pytest.mark.parametrize("style", ["line", "json"])
def test_both_styles_can_be_configured(style: str) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        dictConfig(logging_to_stderr("INFO", style))
        [handler] = root.handlers
        assert type(handler.formatter) is {"line": Line, "json": Json}[style]
    finally:
        root.handlers[:] = before
        root.setLevel(level)


@pytest.mark.parametrize("given", ["", "short", "a\nforged line", "x" * 65, "<script>alert(1)"])
def test_a_number_that_could_be_more_is_not_taken(given: str) -> None:
    assert trace.usable(given) != given


def test_a_number_of_the_proxy_is_taken() -> None:
    assert trace.usable("0a1b-2c3d-4e5f") == "0a1b-2c3d-4e5f"


def lines_of_gunicorn(log_format: str) -> list[str]:
    """What the web server itself says from its start to its end."""
    command = [
        sys.executable, "-m", "gunicorn", "wsgiref.simple_server:demo_app", "--bind=127.0.0.1:0",
        "--config=deploy/gunicorn_config.py", "--no-control-socket",
        "--graceful-timeout=1",  # told before the worker listens to signals, it would wait for 30
    ]  # fmt: skip
    env = {**os.environ, "LOG_FORMAT": log_format}
    said = []
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=env, stderr=subprocess.PIPE, text=True
    ) as serving:
        for line in serving.stderr or ():
            said.append(line)
            if "Booting worker" in line:
                serving.terminate()
    return said


def test_the_web_server_speaks_json_too() -> None:
    said = [json.loads(line) for line in lines_of_gunicorn("json")]
    assert {one["logger"] for one in said} == {"gunicorn.error"}
    assert "Starting gunicorn" in said[0]["message"]


def test_or_lines_for_people() -> None:
    assert "[INFO] Starting gunicorn" in lines_of_gunicorn("line")[0]
