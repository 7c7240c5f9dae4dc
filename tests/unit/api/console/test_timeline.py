"""A job's events drawn as attempts of its stages, waits cut short."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline_core.api.console.timeline import WIDTH, Attempt, attempts, timeline
from pipeline_core.domain.lifecycle import StageName
from pipeline_core.domain.rows.jobs import JobEvent

START = datetime(2026, 11, 30, 12, tzinfo=UTC)
_CONVERSION, _CHUNKER, _VALIDATION = StageName.MARKDOWN_CONVERSION, StageName.CHUNKER, StageName.VALIDATION


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(seconds: float, kind: str, code: str, message: str = "") -> JobEvent:
    payload = {"error": {"message": message}} if message else {}
    return JobEvent(int(seconds * 10), at(seconds), kind, "info", code, payload)


RETRIED = [
    event(0, "uploaded", "document_uploaded"),
    event(5, "claimed", "claimed"),
    event(6, "stage_done", "job_validated"),
    event(6, "stage_started", "parsing"),
    event(16, "retry", "retry_later", "The service is away."),
    event(30, "claimed", "claimed"),
    event(40, "stage_done", "parsed"),
    event(41, "stage_done", "parse_validated"),
    event(41, "stage_reused", "optimized"),
    event(41, "stage_started", "chunking"),
]


def test_each_try_is_an_attempt_and_says_why_it_failed() -> None:
    tried = attempts(RETRIED, at(51), is_running=True)
    assert [(one.stage.value, one.outcome, (one.end - one.start).total_seconds()) for one in tried] == [
        ("ingest", "done", 1.0),
        ("markdown-conversion", "failed", 10.0),
        ("markdown-conversion", "done", 11.0),
        ("markdown-optimizer", "reused", 0.0),
        ("chunker", "running", 10.0),
    ]
    assert tried[1].said == "The service is away."
    assert attempts(RETRIED, at(51), is_running=False)[-1].stage is StageName.MARKDOWN_OPTIMIZER


def test_a_gate_and_the_end() -> None:
    tried = attempts(
        [
            event(0, "stage_started", "validating"),
            event(2, "stage_done", "validated"),
            event(2, "parked", "validation_review_needed"),
            event(900, "stage_started", "ingesting"),
            event(901, "finalized", "published"),
        ],
        at(1000),
        is_running=False,
    )
    assert [(one.stage, one.outcome) for one in tried] == [(_VALIDATION, "done"), (StageName.INGESTOR, "done")]


def test_lanes_keep_proportions_and_a_long_wait_is_short() -> None:
    day = 86_400
    drawn = timeline(
        [
            Attempt(_CONVERSION, at(0), at(30), "failed"),
            Attempt(_CONVERSION, at(day), at(day + 60), "done"),
            Attempt(_CHUNKER, at(day + 60), at(day + 90), "done"),
        ],
        [],
    )
    assert [lane.stage for lane in drawn.lanes] == list(StageName)
    conversion = next(lane for lane in drawn.lanes if lane.stage is _CONVERSION)
    chunker = next(lane for lane in drawn.lanes if lane.stage is _CHUNKER)
    first, second = conversion.bars
    assert second.width == pytest.approx(2 * first.width)
    [(gap, seconds)] = drawn.gaps
    assert seconds == day - 30
    assert first.x + first.width < gap < second.x
    assert chunker.bars[0].x + chunker.bars[0].width == pytest.approx(WIDTH)
    assert next(lane for lane in drawn.lanes if lane.stage is StageName.EMBEDDER).status == "pending"


def test_what_took_no_time_can_be_seen_and_many_waits_fit() -> None:
    hour = 3600
    tried = [Attempt(_CHUNKER, at(n * hour), at(n * hour), "failed") for n in range(100)]
    [bars] = [lane.bars for lane in timeline(tried, []).lanes if lane.stage is _CHUNKER]
    assert len(bars) == 100
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.001 and bar.width >= 6 for bar in bars)
    assert timeline([], []).gaps == []
