"""What templates print: escaped, with times for machines beside those for people."""

from datetime import timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone

from portal.lib.status import Status, Tone


def drawn(source: str, **values: object) -> str:
    return Template(source).render(Context(values))


def test_chip_is_toned_and_escaped() -> None:
    html = drawn("{% chip status %}", status=Status(Tone.STOP, "stop", "<b>未缴费</b>"))
    assert html.startswith('<span class="chip is-stop"><svg class="i" aria-hidden="true">')
    assert html.endswith("&lt;b&gt;未缴费&lt;/b&gt;</span>")


def test_countdown_under_an_hour_is_shown() -> None:
    deadline = timezone.now() + timedelta(minutes=12, seconds=8)
    html = drawn('{% countdown deadline "第 2 批" %}', deadline=deadline)
    assert f'data-deadline="{deadline.isoformat()}" data-name="第 2 批">12:' in html


@pytest.mark.parametrize("tag", ["countdown", "left"])
def test_countdown_above_an_hour_is_hidden(tag: str) -> None:
    deadline = timezone.now() + timedelta(hours=2)
    html = drawn(f"{{% {tag} deadline %}}", deadline=deadline)
    assert html[: html.index(">")].endswith(" hidden")


def test_bar_never_runs_below_zero() -> None:
    past = timezone.now() - timedelta(minutes=1)
    html = drawn("{% bar past length %}", past=past, length=timedelta(minutes=20))
    assert 'max="1200" value="0"' in html


def test_when_has_a_time_for_machines() -> None:
    now = timezone.now()
    html = drawn("{% when now %}", now=now)
    local = timezone.localtime(now)
    assert f'datetime="{local.isoformat(timespec="seconds")}">{local:%H:%M}</time>' in html
