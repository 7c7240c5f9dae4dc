"""Backpressure on paid services: Prefect's global concurrency limits, counted over all machines."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache

from prefect.client.orchestration import get_client
from prefect.concurrency.sync import concurrency

from pipeline_core.domain.lifecycle import StageName
from pipeline_core.stages.base import StageContext

_SERVICES: Mapping[StageName, Callable[[StageContext], str]] = {
    StageName.MARKDOWN_CONVERSION: lambda ctx: ctx.converter.name,
    StageName.FACT_GENERATOR: lambda ctx: ctx.generator.name,
    StageName.EMBEDDER: lambda ctx: ctx.embedder.model,
}
"""The service that a stage calls, as ``service_limits`` names it."""


@contextmanager
def within_limits(
    limits: Mapping[str, int], stage: StageName, contexts: Callable[[], Iterable[StageContext]]
) -> Iterator[None]:
    """Wait for a slot of each limited service that the stage calls, and hold it meanwhile.

    A slot is a stage task, whatever the size of its batch. Asking costs about 200 ms, so only services with a limit
    are asked for. A slot whose holder died is free again after five minutes: it is a lease, too.
    """
    if not limits or stage not in _SERVICES:
        yield
        return
    names = sorted({_SERVICES[stage](ctx) for ctx in contexts()} & limits.keys())
    for name in names:
        _make(name, limits[name])
    with concurrency(names, strict=True):
        yield


@cache
def _make(name: str, limit: int) -> None:
    """Once a process: the setting decides, whatever the server had before."""
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, limit)
