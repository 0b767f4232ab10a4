"""What the portal depends on, one question each; every answer is a state and a sentence."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import psycopg2
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from payments.gateways.base import GatewayUnavailable
from payments.gateways.registry import gateway
from payments.gateways.transport import together
from portal.calendar.selectors import official_years
from portal.ops import broker, jobs

GATEWAY_PATIENCE = 1.5  # seconds
QUEUE_LATE = 300.0  # seconds the oldest job may wait, and the newest run may be ago
DECEMBER = 12
PROBE = "READYZ0"  # an order number no channel has ever heard of


class State(StrEnum):
    """``DOWN`` is what the portal cannot serve without, ``WARN`` what somebody should look at."""

    OK = "ok"
    WARN = "warn"
    DOWN = "down"


Answer = tuple[State, str]
Check = Callable[[], Answer]


def database_parameters() -> dict[str, Any]:
    """How the portal's database is reached, by somebody in a hurry."""
    wanted: dict[str, Any] = connection.get_connection_params() | {"connect_timeout": 2}
    wanted.pop("cursor_factory", None)
    return wanted


def database() -> Answer:
    """A connection of its own: a new request may need one too."""
    try:
        link = psycopg2.connect(**database_parameters())
    except psycopg2.Error:
        return State.DOWN, "数据库连不上。"
    try:
        with link.cursor() as cursor:
            cursor.execute("SET statement_timeout = 1500; SELECT pg_is_in_recovery()")
            row = cursor.fetchone()
    except psycopg2.Error:
        return State.DOWN, "数据库连上了，但没有回答。"
    finally:
        link.close()
    if row == (True,):
        return State.DOWN, "数据库是只读副本，写不进去。"
    return State.OK, "数据库正常。"


def the_broker() -> Answer:
    """Needed: without it no job starts at once."""
    try:
        with broker.connect(settings.CELERY_BROKER_URL) as client:
            client.ping()
    except redis.RedisError:
        return State.DOWN, "消息队列（Redis）连不上。"
    return State.OK, "消息队列正常。"


def queue() -> Answer:
    """Pages work without a worker, so an old queue takes no machine out of service."""
    try:
        url, now = settings.CELERY_BROKER_URL, timezone.now().timestamp()
        waiting = broker.look(url, jobs.LAST_RUNS, jobs.SENT_AT, now)
    except redis.RedisError:
        return State.WARN, "消息队列没有回答，不知道后台任务等了多久。"
    if waiting.oldest > QUEUE_LATE:
        return (
            State.WARN,
            f"最早的后台任务已等 {waiting.oldest:.0f} 秒，后台进程（worker）可能停了。",
        )
    if waiting.last_run is None:
        return State.WARN, "还没有后台任务跑过，worker 或 beat 可能没有启动。"
    if waiting.last_run > QUEUE_LATE + settings.JOBS_EVERY:
        return State.WARN, f"{waiting.last_run:.0f} 秒没有后台任务跑完，请看 worker 和 beat。"
    return State.OK, f"{waiting.length} 个任务在等，上一个 {waiting.last_run:.0f} 秒前跑完。"


def channel(name: str) -> Check:
    """Ask a payment channel about an order it cannot know: any answer of its own will do."""

    def ask() -> Answer:
        if not gateway(name).can_query:
            return State.OK, "只交换文件的渠道，不用联机。"
        try:
            with together(GATEWAY_PATIENCE):
                gateway(name).query(PROBE)
        except GatewayUnavailable:
            return State.WARN, "没有回答；学生暂时付不了款，报名和查询不受影响。"
        return State.OK, "渠道正常。"

    return ask


def calendar() -> Answer:
    """Deadlines count working days; in December those of next year too."""
    today = timezone.localdate()
    years = {today.year, today.year + (today.month == DECEMBER)}
    try:
        missing = sorted(years - official_years(years))
    except DatabaseError:
        return State.WARN, "数据库没有回答，不知道放假安排是否齐全。"
    finally:
        connection.close()  # this thread's own
    if missing:
        named = "、".join(map(str, missing))
        return State.WARN, f"{named} 年的放假安排没有导入，期限暂按双休日算（seed_calendar）。"
    return State.OK, "放假安排齐全。"


def all_checks() -> Mapping[str, Check]:
    """Name -> question, in the order they are told."""
    channels = {f"gateway:{name}": channel(name) for name in settings.GATEWAYS}
    return {
        "database": database,
        "broker": the_broker,
        "queue": queue,
        **channels,
        "calendar": calendar,
    }
