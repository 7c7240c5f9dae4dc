"""Rows that monitoring reads, summed over all users."""

from dataclasses import dataclass

from pipeline_core.domain.rows.record import Record


@dataclass(frozen=True, slots=True)
class PipelineMetric(Record):
    """The present value of a metric, by its label ("" if it has none)."""

    metric: str
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class PaidMetric(Record):
    """Sums of paid calls."""

    service: str
    model: str
    outcome: str
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: float
    reserved_usd: float
