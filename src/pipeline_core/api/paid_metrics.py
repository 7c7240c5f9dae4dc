"""Costs of paid services as Prometheus metrics."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline_core.domain.rows.metrics import PaidMetric

_WHAT = ("service", "model")
_COUNTERS = {
    # column of the database: (name, labels, what it says)
    "calls": ("paid_calls", (*_WHAT, "outcome"), "Calls of paid services that have finished"),
    "input_tokens": ("paid_input_tokens", _WHAT, "Tokens that were sent to paid services"),
    "cached_tokens": ("paid_cached_tokens", _WHAT, "Sent tokens that the service had cached and charged less for"),
    "output_tokens": ("paid_output_tokens", _WHAT, "Tokens that paid services returned"),
    "cost_usd": ("paid_cost_usd", _WHAT, "Cost of paid services, in US dollars; if in doubt, all that was set aside"),
}
"""Counters: what was paid is history."""


class PaidCollector(Collector):
    """Asks the database at every scrape: the numbers are the same in every process."""

    def __init__(self, prefix: str, read: Callable[[], Iterable[PaidMetric]]) -> None:
        self._prefix, self._read = prefix, read

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        rows = list(self._read())
        ended = [row for row in rows if row.outcome != "reserved"]
        for column, (name, labels, help_text) in _COUNTERS.items():
            counter = CounterMetricFamily(self._prefix + name, help_text, labels=labels)
            for values, total in _sums(ended, labels, column).items():
                counter.add_metric(values, total)
            yield counter
        gauge = GaugeMetricFamily(
            self._prefix + "paid_reserved_usd", "Set aside on budgets for calls under way, in US dollars", labels=_WHAT
        )
        for values, total in _sums(rows, _WHAT, "reserved_usd").items():
            gauge.add_metric(values, total)
        yield gauge


def _sums(rows: Iterable[PaidMetric], labels: tuple[str, ...], column: str) -> dict[tuple[str, ...], float]:
    sums: dict[tuple[str, ...], float] = {}
    for row in rows:
        key = tuple(getattr(row, label) for label in labels)
        sums[key] = sums.get(key, 0.0) + getattr(row, column)
    return sums
