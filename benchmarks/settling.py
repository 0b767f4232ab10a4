"""The four measurements of ``settle``; needs Django set up for the scratch database."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from benchmarks import scratch
from benchmarks.counting import Counter
from benchmarks.desk import Desk
from benchmarks.drivers import drive, rate
from benchmarks.figures import tell
from benchmarks.looking import Looking
from benchmarks.notifying import Notifying
from benchmarks.open_orders import open_orders
from benchmarks.people import username
from benchmarks.replay import replay_alone
from benchmarks.servers import Place, running
from payments.gateways.finance_wire import Credentials
from payments.models import Order
from payments.services.release import release_due
from payments.services.settle import settle
from payments.services.sync import sync_open
from payments.states import OrderState
from portal.demo.supervisor.instance import Instance

LINES = 3
BATCH = 500
ANSWER = 0.05  # seconds the cashier takes


@dataclass(frozen=True)
class Run:
    """Where it happens and how much of it; every measurement yields what went wrong."""

    instance: Instance
    where: Place
    url: str
    orders: int
    at_once: int

    def measure(self) -> Iterator[str]:
        """All of them, one after the other."""
        yield from self.callbacks(1)
        yield from self.callbacks(2)
        yield from self.in_bulk()
        yield from self.syncing()
        yield from self.releasing()

    def callbacks(self, workers: int) -> Iterator[str]:
        """Callbacks a second against the empty signed-in page of the same server."""
        label = f"C{workers}"
        opened = open_orders(label, self.orders // 5, LINES, timezone.now())
        env, portal = self.where.env, self.where.stage.address
        who = Credentials(env["FINANCE_MERCHANT"], env["FINANCE_SECRET"])
        with running(self.instance, [self.where.web_of(workers)]):
            times = [str(time) for time in range(len(opened.numbers))]
            empty = drive(Looking.signed_in(portal, username(0)), times, self.at_once)
            work = Notifying(portal, who, opened.amount_fen)
            trips = drive(work, opened.numbers, self.at_once)
        tell(f"settle: callbacks, web workers: {workers}", rate(trips), "receipts/s", rate(empty))
        yield from (span.trouble for span in [*empty, *trips] if span.trouble)
        yield from _unpaid(label)

    def in_bulk(self) -> Iterator[str]:
        """``settle()`` in one process against its own statements sent bare."""
        arrivals = open_orders("B", self.orders, LINES, timezone.now()).arrivals(timezone.now())
        connection.close()  # a database can be copied only while nobody is in it
        with scratch.clone(self.url, "portal_settle_replay") as untouched:
            counter = Counter()
            begun = time.perf_counter()
            with connection.execute_wrapper(counter):
                for start in range(0, len(arrivals), BATCH):
                    settle(arrivals[start : start + BATCH], timezone.now())
            seconds = time.perf_counter() - begun
            bare = replay_alone(untouched, counter.statements)
        tell("settle: in bulk", self.orders / seconds, "receipts/s", self.orders / bare)
        yield from _unpaid("B")

    def syncing(self) -> Iterator[str]:
        """Asking about open orders at a cashier that takes its time, some questions at a time."""
        open_orders("S", self.orders, 1, timezone.now())
        desk = Desk(self.where.env["CASHIER_URL"])
        with running(self.instance, self.where.programs("cashier")):
            desk.switch("", {"slow": ANSWER})
            asked, seconds = _until_done(lambda: sync_open(timezone.now()), self.orders)
            desk.switch("", {"slow": 0.0})
        possible = settings.GATEWAY_CONCURRENCY / ANSWER
        tell("settle: open orders asked about", asked / seconds, "orders/s", possible)
        if asked < self.orders:
            yield f"{asked} of {self.orders} asked about"

    def releasing(self) -> Iterator[str]:
        """Closing at the cashier and releasing what is due, line by line."""
        before = timezone.now() - settings.ORDER_RELEASE_AFTER - timedelta(seconds=1)
        lines = self.orders // LINES * LINES
        open_orders("R", self.orders // LINES, LINES, before)
        limit = settings.JOB_BATCH
        with running(self.instance, self.where.programs("cashier")):
            released, seconds = _until_done(lambda: release_due(timezone.now(), limit), lines)
        tell("settle: due lines released", released / seconds, "lines/s")
        if released < lines:
            yield f"{released} of {lines} released"


def _until_done(job: Callable[[], int], wanted: int) -> tuple[int, float]:
    """Run a job as beat would, without its pauses, until it has done enough or does nothing."""
    begun, done = time.perf_counter(), 0
    while done < wanted:
        step = job()
        if step == 0:
            break
        done += step
    return done, time.perf_counter() - begun


def _unpaid(label: str) -> Iterator[str]:
    left = Order.objects.filter(number__startswith=label).exclude(state=OrderState.PAID).count()
    if left:
        yield f"{left} orders {label} are not paid"
