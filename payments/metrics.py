"""``/metrics`` in Prometheus' text format, computed when asked."""

from collections.abc import Iterator
from hmac import compare_digest
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from payments import observe
from payments.audit import totals


class Money(Collector):
    """Counts, amounts and ages of what is open, and the two sides of the equation."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        counts = GaugeMetricFamily("money_open", "Open items.", labels=["kind"])
        amounts = GaugeMetricFamily("money_open_fen", "Their amount in fen.", labels=["kind"])
        ages = GaugeMetricFamily(
            "money_oldest_seconds", "Age of the oldest in seconds.", labels=["kind"]
        )
        for gauge in observe.look(now):
            counts.add_metric([gauge.key], gauge.count)
            amounts.add_metric([gauge.key], gauge.fen or 0)
            ages.add_metric([gauge.key], gauge.age(now))
        yield from (counts, amounts, ages)
        sums = totals()
        sides = GaugeMetricFamily("money_total_fen", "Both sides in fen.", labels=["side"])
        for side, fen in vars(sums).items():
            sides.add_metric([side], fen)
        yield sides
        yield GaugeMetricFamily("money_missing_fen", "Fen that are off.", value=sums.missing)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The metrics, for whoever has ``METRICS_TOKEN``; in the demo without one, for this machine.

    404 for everybody else: there is nothing here.
    """
    if not _may(request):
        raise Http404
    registry = CollectorRegistry()
    registry.register(Money())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _may(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").encode()
        return compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode())
    return bool(settings.DEMO) and ip_address(request.META["REMOTE_ADDR"]).is_loopback
