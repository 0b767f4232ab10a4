"""The money part of ``/metrics``, computed when asked."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
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
