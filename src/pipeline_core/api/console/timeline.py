"""A job's events as a timeline: what each stage did when, attempt by attempt."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

from pipeline_core.domain.errors import explain
from pipeline_core.domain.lifecycle import FINISH, JOB_STAGES, SUPERSEDE, VALIDATED, EventType, StageName
from pipeline_core.domain.rows.jobs import JobEvent, StageTiming

Outcome = Literal["done", "reused", "skipped", "failed", "held", "running"]
WIDTH = 1000
"""Of the drawing; every lane is as wide."""
_LEAST = 6.0
_GAP = 36.0
_SHORT_S = 2.0
_STAGE_OF: dict[str, StageName] = {
    **{stage.value: row.work for stage, row in JOB_STAGES.items() if row.work},
    VALIDATED.code: StageName.VALIDATION,
    FINISH.code: StageName.INGESTOR,
    SUPERSEDE.code: StageName.INGESTOR,
}
"""By the codes of events that tell of it."""
_ENDS: dict[str, Outcome] = {
    EventType.STAGE_DONE: "done",
    EventType.FINALIZED: "done",
    EventType.STAGE_REUSED: "reused",
    EventType.STAGE_SKIPPED: "skipped",
}
_FAILS: dict[str, Outcome] = {EventType.RETRY: "failed", EventType.ERROR: "failed", EventType.PARKED: "held"}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a stage."""

    stage: StageName
    start: datetime
    end: datetime
    outcome: Outcome
    said: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """An attempt in its lane, in units of the drawing."""

    x: float
    width: float
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Lane:
    """A stage with its attempts."""

    stage: StageName
    bars: Sequence[Bar]
    timing: StageTiming | None

    @property
    def status(self) -> str:
        """Returns where the stage stands, as it is shown."""
        return self.timing.status if self.timing else "pending"


@dataclass(frozen=True, slots=True)
class Timeline:
    """All stages on one scale, on which long waits are short: ``gaps`` is where, and for how long nothing ran."""

    lanes: Sequence[Lane]
    gaps: Sequence[tuple[float, float]]


def attempts(events: Iterable[JobEvent], now: datetime, *, is_running: bool) -> list[Attempt]:
    """Return every try of a stage, in order."""
    found: list[Attempt] = []
    current: tuple[StageName, datetime] | None = None
    failed: StageName | None = None
    since: datetime | None = None
    for event in events:
        stage = _STAGE_OF.get(event.code)
        if event.type == EventType.STAGE_STARTED and stage:
            current, failed = (stage, event.ts), None
        elif event.type == EventType.CLAIMED and failed:
            # it goes on in the stage in which it was
            current, failed = (failed, event.ts), None
        elif event.type in _ENDS and stage:
            start = current[1] if current and current[0] is stage else since or event.ts
            _add(found, Attempt(stage, start, event.ts, _ENDS[event.type]))
            current = None
        elif event.type in _FAILS and current:
            error = event.payload.get("error") or {}
            found.append(
                Attempt(*current, event.ts, _FAILS[event.type], explain(error).page_message if error else event.code)
            )
            failed, current = current[0], None
        since = event.ts
    if current and is_running:
        found.append(Attempt(*current, max(now, current[1]), "running"))
    return found


def _add(found: list[Attempt], attempt: Attempt) -> None:
    """Add it; positions within one stage that follow each other are one attempt."""
    if found and found[-1].stage is attempt.stage and found[-1].outcome == attempt.outcome == "done":
        found[-1] = replace(found[-1], end=attempt.end)
    else:
        found.append(attempt)


def timeline(tried: Sequence[Attempt], stages: Sequence[StageTiming]) -> Timeline:
    """Draw the attempts; a stage whose events are gone has no bars."""
    scale = _Scale(tried)
    timings = {one.stage_name: one for one in stages}
    lanes = [
        Lane(stage, [scale.bar(one) for one in tried if one.stage is stage], timings.get(stage)) for stage in StageName
    ]
    return Timeline(lanes, scale.gaps)


class _Scale:
    """Time in which something ran, in proportion; time in which nothing did takes a little."""

    def __init__(self, tried: Sequence[Attempt]) -> None:
        self._busy = _merged(tried)
        idle = [(end - start).total_seconds() for (_, start), (end, _) in pairwise(self._busy)]
        gap = min(_GAP, WIDTH / 3 / max(1, len(idle)))
        room = WIDTH - gap * len(idle)
        seconds = [max((end - start).total_seconds(), 0.001) for start, end in self._busy]
        self._per_second = room / sum(seconds) if seconds else 0.0
        self._at: list[float] = []
        self.gaps: list[tuple[float, float]] = []
        x = 0.0
        for number, length in enumerate(seconds):
            self._at.append(x)
            x += length * self._per_second
            if number < len(idle):
                self.gaps.append((x + gap / 2, idle[number]))
                x += gap

    def bar(self, attempt: Attempt) -> Bar:
        number = max(i for i, (start, _) in enumerate(self._busy) if start <= attempt.start)
        offset = (attempt.start - self._busy[number][0]).total_seconds() * self._per_second
        x = self._at[number] + offset
        width = max(_LEAST, (attempt.end - attempt.start).total_seconds() * self._per_second)
        return Bar(min(x, WIDTH - width), width, attempt)


def _merged(tried: Sequence[Attempt]) -> list[tuple[datetime, datetime]]:
    """The stretches of time in which something ran; short pauses do not part them."""
    found: list[tuple[datetime, datetime]] = []
    for one in sorted(tried, key=lambda one: one.start):
        if found and (one.start - found[-1][1]).total_seconds() <= _SHORT_S:
            found[-1] = found[-1][0], max(found[-1][1], one.end)
        else:
            found.append((one.start, one.end))
    return found
