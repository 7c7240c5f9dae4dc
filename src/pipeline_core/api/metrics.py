"""Metrics for monitoring: the pipeline's state from the database, and this process's requests."""

import hmac
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from pipeline_core.api.paid_metrics import PaidCollector
from pipeline_core.api.problems import responses
from pipeline_core.domain.errors import AuthenticationError, PermanentError, TransientError, kinds
from pipeline_core.domain.rows.metrics import PaidMetric, PipelineMetric
from pipeline_core.settings import Settings

router = APIRouter(tags=["health"])

_FAMILIES: dict[str, tuple[str, str | tuple[str, ...] | None, str]] = {
    # metric of the database: (name, label, what it says)
    "jobs": ("jobs", "state", "Documents by the state of their newest job"),
    "oldest_queued_seconds": ("queue_oldest_seconds", None, "How long the oldest queued job has waited"),
    "held_jobs": ("held_jobs", "part", "Documents that wait for a missing part of the installation"),
    "part_missing_seconds": ("part_missing_seconds", "part", "For how long a part has been missing"),
    "review_waiting": ("review_waiting", "phase", "Documents that wait for a person"),
    "review_waiting_seconds": ("review_oldest_seconds", "phase", "How long the oldest of them has waited"),
    "stage_seconds": ("stage_seconds", "stage", "Work on documents, in seconds, by stage"),
    "stage_documents": ("stage_documents", "stage", "Documents that went through a stage"),
    "stage_retries": ("stage_retries", "stage", "Retries after a transient failure"),
    "input_tokens": ("input_tokens", "stage", "Tokens that were sent"),
    "output_tokens": ("output_tokens", "stage", "Tokens that came back"),
    "cost_usd": ("cost_usd", "stage", "Cost of paid services, in US dollars"),
    "published_facts": ("published_facts", None, "Facts in production"),
    "webhook_waiting": (
        "webhook_deliveries_waiting",
        None,
        "Messages to webhooks that wait to be sent, for the first time or again",
    ),
    "webhook_endpoints": (
        "webhook_endpoints",
        "state",
        "Webhooks that are active, pause after failures, or are disabled",
    ),
    "flow_last_run": ("flow_last_run_timestamp_seconds", "flow", "When a flow of the schedules was last begun"),
    "table_bytes": ("table_bytes", "table", "Size of a table that grows with time, with its indexes"),
    "database_bytes": ("database_bytes", None, "Size of the database"),
}
"""Gauges: a document that is run again replaces what it counted before."""
_COUNTERS: dict[str, tuple[str, str | tuple[str, ...] | None, str]] = {
    "events": ("events", "type", "Events since the beginning, including those removed by retention"),
    "lease_losses": ("lease_losses", None, "Jobs taken from workers that died or fell silent"),
    "dead_letters": ("dead_letters", "code", "Jobs that became dead letters, by what went wrong"),
    "review_decisions": (
        "review_decisions",
        "decision",
        "Decisions of people, by what was decided; one that takes another back is `…_undone`",
    ),
    "review_seconds": ("review_seconds", None, "Time to single decisions of a reviewer; a pause counts 120 seconds"),
    "review_timed_decisions": ("review_timed_decisions", None, "Single decisions that the seconds are of"),
    "review_facts_by_generator": (
        "review_facts_by_generator",
        ("generator", "decision"),
        "Facts that people decided, also with their document, by what made them",
    ),
    "review_facts_by_confidence": (
        "review_facts_by_confidence",
        ("confidence", "decision"),
        "Facts that people decided, also with their document, by how certain they seemed",
    ),
    "review_facts_by_reason": (
        "review_facts_by_reason",
        ("reason", "decision"),
        "Facts that people decided, also with their document, by why a person was asked",
    ),
    "webhook_deliveries": ("webhook_deliveries", "outcome", "Messages to webhooks that were delivered, or given up"),
}
"""What happened, which does not become less. Of several labels the values are joined by ``|``."""
_FROM_THE_START = {
    "dead_letters": {"unknown", *(kind.code for kind in kinds() if issubclass(kind, (PermanentError, TransientError)))},
}
"""Labels that have a series of 0 before anything has happened: Prometheus sees no increase in a series that begins with
what it should tell of."""
_PREFIX = "upload_pipeline_"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


class _PipelineCollector(Collector):
    """Asks the database at every scrape: the numbers are the same in every process."""

    def __init__(self, read: Callable[[], Iterable[PipelineMetric]]) -> None:
        self._read = read

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        rows = list(self._read())
        for kind, families in ((GaugeMetricFamily, _FAMILIES), (CounterMetricFamily, _COUNTERS)):
            for metric, (name, label, help_text) in families.items():
                names = [label] if isinstance(label, str) else list(label or ())
                family = kind(_PREFIX + name, help_text, labels=names)
                values = dict.fromkeys(sorted(_FROM_THE_START.get(metric, ())), 0.0)
                values |= {row.label: row.value for row in rows if row.metric == metric}
                for value_of, value in values.items():
                    family.add_metric(value_of.rsplit("|", len(names) - 1) if names else [], value)
                yield family


class _SpaceCollector(Collector):
    """Collects the free space of this process's folders."""

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders

    def describe(self) -> list[Metric]:
        return []

    def collect(self) -> Iterator[Metric]:
        free = GaugeMetricFamily(_PREFIX + "free_bytes", "Free space where these files are kept", labels=["part"])
        size = GaugeMetricFamily(_PREFIX + "space_bytes", "Size of the file system that has them", labels=["part"])
        for part, folder in self._folders.items():
            with suppress(OSError):
                # one that is yet to be made will be where its parent is
                usage = shutil.disk_usage(next(one for one in (folder, *folder.parents) if one.exists()))
                free.add_metric([part], usage.free)
                size.add_metric([part], usage.total)
        yield free
        yield size


class Metrics:
    """The registry of one app."""

    def __init__(
        self,
        read: Callable[[], Iterable[PipelineMetric]],
        read_paid: Callable[[], Iterable[PaidMetric]],
        folders: Mapping[str, Path] | None = None,
    ) -> None:
        """``folders`` are those of this machine whose space is measured, by what they are for."""
        self.registry = CollectorRegistry()
        self.registry.register(_SpaceCollector(folders or {}))
        self.registry.register(_PipelineCollector(read))
        self.registry.register(PaidCollector(_PREFIX, read_paid))
        self._requests = Histogram(
            _PREFIX + "http_request_seconds",
            "Time until a response was complete",
            ["method", "route", "status"],
            registry=self.registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        # what a client makes up must not become a series of its own
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Prometheus text format", "content": {"text/plain": {}}},
        **responses(401, 503),
    },
)
def metrics(request: Request) -> Response:
    """Queue depth, durations, retries, dead letters, reviews, tokens and cost, over all users. Served to this machine,
    and to others with the token of `UPLOAD_PIPELINE_METRICS_TOKEN`."""
    settings: Settings = request.app.state.pipeline.settings
    if not (_is_local(request) or _has_token(request, settings)):
        raise AuthenticationError("Metrics are served to this machine, or to clients with the metrics token.")
    collected: Metrics = request.app.state.metrics
    return Response(collected.text(), media_type=CONTENT_TYPE_LATEST)


def _has_token(request: Request, settings: Settings) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    return bool(token) and hmac.compare_digest(given.encode(), token.encode())


def _is_local(request: Request) -> bool:
    # behind a proxy everybody comes from this machine: then the token decides
    forwarded: Any = request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded")
    try:
        return not forwarded and request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
