"""The files of ``deploy/`` say what the portal needs them to say; ``deploy/check-servers`` lets
nginx and systemd judge the rest.
"""

import re
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import crossplane
import pytest
from django.conf import settings
from django.core.management import get_commands

DEPLOY = Path(settings.BASE_DIR, "deploy")
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(path)
    return parser


def directives(block: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """Every directive of a parsed file with its arguments, blocks included."""
    found = []
    for one in block:
        found.append((one["directive"], *one["args"]))
        found += directives(one.get("block", []))
    return found


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, ...]]:
    """Every directive, each known to nginx and where it may stand."""
    main = tmp_path_factory.mktemp("nginx") / "nginx.conf"
    main.write_text(f"events {{}} http {{ include {DEPLOY}/nginx/portal.conf; }}")
    entries = ["default", "~^/([a-z]+)"]  # of a map, which crossplane takes for directives
    parsed = crossplane.parse(str(main), strict=True, combine=True, ignore=entries)
    assert parsed["errors"] == []
    return directives(parsed["config"][0]["parsed"])


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Host", "$host"),
        ("X-Forwarded-Proto", "$scheme"),
        ("X-Forwarded-For", "$remote_addr"),  # the client's own must not survive
        ("X-Request-ID", "$request_id"),
    ],
)
def test_nginx_tells_the_portal_who_asks(
    nginx: list[tuple[str, ...]], header: str, value: str
) -> None:
    assert [one for one in nginx if one[:2] == ("proxy_set_header", header)] == [
        ("proxy_set_header", header, value)
    ]


def test_nginx_repeats_no_post(nginx: list[tuple[str, ...]]) -> None:
    [tried] = [one for one in nginx if one[0] == "proxy_next_upstream"]
    assert tried == ("proxy_next_upstream", "error", "timeout")


def test_nginx_writes_down_no_address(nginx: list[tuple[str, ...]]) -> None:
    [written] = [one for one in nginx if one[0] == "log_format"]
    assert re.findall(r"\$(?:request|request_uri|uri|args|http_referer)\b", " ".join(written)) == []
    [errors] = [one for one in nginx if one[0] == "error_log"]
    assert errors[-1] == "crit"  # below, each line quotes the address that failed


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_nginx_answers_probes_to_its_own_machine_only(
    nginx: list[tuple[str, ...]], path: str
) -> None:
    at = nginx.index(("location", "=", path))
    assert nginx[at + 1 : at + 4] == [("allow", "127.0.0.1"), ("allow", "::1"), ("deny", "all")]


def test_nginx_says_in_readable_chinese_that_no_node_is_there(nginx: list[tuple[str, ...]]) -> None:
    assert ("error_page", "502", "504", "=503", "/busy.html") in nginx
    at = nginx.index(("location", "=", "/busy.html"))
    assert nginx[at + 1 : at + 3] == [("internal",), ("charset", "utf-8")]


def test_nginx_has_both_nodes(nginx: list[tuple[str, ...]]) -> None:
    assert len([one for one in nginx if one[0] == "server" and len(one) > 1]) == 2


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_start_what_exists_as_nobody_special(path: Path) -> None:
    service = unit(path)["Service"]
    command = service["ExecStart"].split()
    assert command[0].startswith("/srv/portal/.venv/bin/")
    assert (service["User"], service["EnvironmentFile"]) == ("portal", "/etc/portal/portal.env")
    assert service["NoNewPrivileges"] == "yes"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_what_serves_comes_back_by_itself(name: str) -> None:
    path = DEPLOY / "systemd" / f"portal-{name}.service"
    assert unit(path)["Service"]["Restart"] == "always"
    assert path.name in unit(DEPLOY / "systemd" / "portal.target")["Unit"]["Wants"].split()


@pytest.mark.parametrize("name", ["backup", "audit"])
def test_what_fails_at_night_is_told(name: str) -> None:
    service = unit(DEPLOY / "systemd" / f"portal-{name}.service")
    assert service["Unit"]["OnFailure"] == "portal-failed@%n.service"
    command = unit(DEPLOY / "systemd" / "portal-failed@.service")["Service"]["ExecStart"]
    assert re.findall(r"manage\.py (\w+) %i$", command) == ["report_failure"]
    timer = unit(DEPLOY / "systemd" / f"portal-{name}.timer")
    assert timer["Timer"]["OnCalendar"].endswith("Asia/Shanghai")
    assert f"portal-{name}.timer" in (DEPLOY / "RUNBOOK.md").read_text()


def test_processes_of_one_machine_count_in_one_folder_and_keep_few_heaps() -> None:
    said = {unit(path)["Service"].get("Environment") for path in UNITS}
    assert said - {None} == {"METRICS_DIR=/run/portal/metrics MALLOC_ARENA_MAX=2"}


def test_the_runbook_names_only_commands_that_exist() -> None:
    text = "".join((DEPLOY / name).read_text() for name in ("RUNBOOK.md", "SIZING.md"))
    makefile = Path(settings.BASE_DIR, "Makefile").read_text()
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    assert set(re.findall(r"`make ([a-z]+)", text)) - set(targets) == set()
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) - set(get_commands()) == set()
