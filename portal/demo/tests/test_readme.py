"""The configuration tables are complete: every variable the code reads, no other."""

import re

from django.conf import settings

from portal.demo.serve import BASE

SOURCES = (
    "portal/settings.py",
    "portal/messaging.py",
    "portal/security.py",
    "payments/cashier/config.py",
    "payments/cashier/settings.py",
)
READ = re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z_]+)["']""")
ROW = re.compile(r"^\| `([A-Z_]+)` \|", re.MULTILINE)
EXAMPLE = re.compile(r"^#?([A-Z_]+?)(?:_FILE)?=", re.MULTILINE)


def read_by_the_code() -> set[str]:
    by_name = {name for source in SOURCES for name in READ.findall((BASE / source).read_text())}
    channels = {
        "WECHAT": settings.WECHAT,
        "ALIPAY": settings.ALIPAY,
        "WECOM": settings.WECOM,
    }  # read in a loop
    return by_name | {f"{channel}_{key}" for channel, keys in channels.items() for key in keys}


def test_the_readme_names_every_variable() -> None:
    assert set(ROW.findall((BASE / "README.md").read_text())) == read_by_the_code()


def test_the_example_file_names_every_variable() -> None:
    named = EXAMPLE.findall((BASE / ".env.example").read_text())
    assert sorted(named) == sorted(read_by_the_code())  # each of them once
