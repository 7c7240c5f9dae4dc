"""Writes ``docs/state_machine.md`` from the lifecycle's own tables: ``python docs/generate_state_machine.py``."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template
from typing import TypeVar

from pipeline_core.domain.lifecycle import (
    JOB_STAGES,
    PHASES,
    REVIEW_STAGES,
    STAGE_MOVES,
    STATE_MOVES,
    WORK_STAGES,
    JobStage,
    JobState,
    Move,
)
from pipeline_core.stages.registry import ALL_MOVES

T = TypeVar("T", bound=str)
TARGET = Path(__file__).with_name("state_machine.md")

HAPPENS = {
    0: "The document is stored and its job waits.",
    1: "Conversion, cleaning, chunking and fact generation.",
    2: "A person decides about near-duplicates; skipped when there is nothing to decide.",
    3: "The rules run over what is staged.",
    4: "A person decides about critical findings; skipped when there are none.",
    5: "Vectors are made, and everything is swapped into production in one transaction.",
    6: "Published. Complete once the document was exported, or a person acknowledged it (`acknowledged`).",
}
STATES = {
    JobState.QUEUED: "Nobody works on it: it is new, or parked for want of a budget. The next run that names its "
    "document, or drains the queue, claims it.",
    JobState.WORKING: "A worker holds it under a lease, and renews the lease for as long as it lives.",
    JobState.RETRYABLE: "A transient failure (see `last_error`), tried again after 3, 6, then 12 seconds by default; "
    "or its run was stopped or its worker lost, which is no try: it is due at once.",
    JobState.AWAITING_REVIEW: "A person must decide. No process waits: the decision queues the job again.",
    JobState.DONE: "At rest: published, rejected, or superseded by a newer version of its source (`outcome`).",
    JobState.DEADLETTER: "Permanently failed, or out of retries. `pipeline retry JOB` starts it again.",
}
NO_MOVES = {
    (JobState.QUEUED, JobState.WORKING): ["claimed"],
    (JobState.RETRYABLE, JobState.WORKING): ["claimed"],
    (JobState.DEADLETTER, JobState.QUEUED): ["restarted"],
    (JobState.DONE, JobState.QUEUED): ["restarted"],
}
"""The changes that are no ``Move``: a claim gives a lease, a restart may also go back to an earlier stage."""

PAGE = Template("""\
# State machine of a job

<!-- Made by docs/generate_state_machine.py from pipeline_core.domain.lifecycle; do not edit. -->

A job takes one document through the stages. It has a **state** (who has to act next), a **job stage** (how far it is,
with a percentage) and a **phase** (the same, as people see it). Everything below is data in
`pipeline_core.domain.lifecycle`; the same tables stand in the database, whose triggers and constraints refuse any
other change, whoever asks for it. Every change writes a row into `events` in the same transaction.

## States

```mermaid
stateDiagram-v2
    [*] --> queued: document_uploaded
$state_moves
```

$states

A worker that dies loses its session lock, and its jobs can be claimed at once; one that is cut off loses them when
its lease expires (event `taken_over`). What it still tries to write under the old lease is refused. A restart clears
the error and the count of retries, and starts at the stage asked for, or where the job failed; it never skips ahead,
and what earlier stages made is found again by checksum.

## Job stages

Only a working job goes on to another stage. The one exception is a person's `returned_to_matching`, drawn with the
dotted line; the hexagons are where people decide. Stages named `…ing` are begun, the others done. A stage that is
tried again begins again.

```mermaid
flowchart TD
$stage_nodes
$stage_moves
```

$stages

## Phases

The phase follows from the job stage. A phase that is left gets its time in `stageN_completed_at`, and so does one that
is skipped; approving matches completes phase 2 at once. Going back, by a return or a restart, takes away the times of
the phases that are to be done again, with the findings and decisions that belonged to them. `phases_began_at` has when
each phase began; one that was skipped never did. Phase 6 is completed once (`stage6_completed_at`), by `acknowledged`:
by an export, which leaves `stage6_downloaded_at` too, or by a person who says so. Phase 5 is reached only with
validation results, and past critical findings only with a reason of at least 10 characters: the database itself
refuses anything else.

$phases

## Moves

Every kind of change that the program can make, by the `code` of the event that it leaves. A move names where it may
start; if the job is elsewhere, or another worker's by now, nothing is changed and the mover is told. Besides these
there are `claimed` and `taken_over` (a worker takes a job), and the event type `restarted` with the code `retried` (a
person asked for it), `settings_changed` (a stage's version or settings did), `place_taken` (its file stands now where
another version did) or `exact_duplicate_gone` (what its facts repeated is no longer there). A stage whose work is found
done makes the same moves with the event type `stage_reused`.

$moves
""")


def render() -> str:
    """The whole document."""
    rows = [(f"`{s}`", row.percent, row.phase, row.work or "(a person)") for s, row in JOB_STAGES.items()]
    return PAGE.substitute(
        state_moves="\n".join(map(_state_arrow, _ordered(STATE_MOVES, list(JobState)))),
        states=_table(("state", "meaning"), [(f"`{state}`", meaning) for state, meaning in STATES.items()]),
        stage_nodes="\n".join(map(_subgraph, PHASES)),
        stage_moves="\n".join(map(_stage_arrow, _ordered(STAGE_MOVES, list(JobStage)))),
        stages=_table(("job stage", "%", "phase", "stage"), rows),
        phases=_table(("phase", "name", "what happens", "leads to"), map(_phase_row, PHASES)),
        moves=_table(("code", "event type", "severity", "from state", "from stage", "to"), map(_move_row, ALL_MOVES)),
    )


def _state_arrow(move: tuple[JobState, JobState]) -> str:
    source, target = move
    codes = [m.code for m in ALL_MOVES if source in m.from_states and m.to_state is target]
    return f"    {source} --> {target}: {', '.join(NO_MOVES.get(move, codes))}"


def _subgraph(phase: int) -> str:
    lines = [f'    subgraph phase{phase}["{phase}: {PHASES[phase]}"]']
    for stage, row in JOB_STAGES.items():
        if row.phase == phase:
            left, right = ("{{", "}}") if stage in REVIEW_STAGES else ("[", "]")
            lines.append(f'        {stage}{left}"{stage} {row.percent} %"{right}')
    return "\n".join([*lines, "    end"])


def _stage_arrow(move: tuple[JobStage, JobStage]) -> str:
    source, target = move
    arrow = "-->" if source.row.position < target.row.position else "-.->"
    return f"    {source} {arrow} {target}"


def _phase_row(phase: int) -> tuple[object, ...]:
    following = {b.row.phase for a, b in STAGE_MOVES if a.row.phase == phase} - {phase}
    return (phase, PHASES[phase], HAPPENS[phase], ", ".join(map(str, sorted(following))) or "complete")


def _move_row(move: Move) -> tuple[str, ...]:
    at_work = move.from_stages == WORK_STAGES
    return (
        f"`{move.code}`",
        f"`{move.event}`",
        move.severity,
        _names(move.from_states, list(JobState)),
        "any but `ingested`" if at_work else _names(move.from_stages, list(JobStage)),
        ", ".join(f"`{part}`" for part in (move.to_state, move.to_stage) if part),
    )


def _names(found: Iterable[str], order: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(found, key=order.index))


def _ordered(moves: Iterable[tuple[T, T]], order: Sequence[T]) -> list[tuple[T, T]]:
    return sorted(moves, key=lambda move: (order.index(move[0]), order.index(move[1])))


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


if __name__ == "__main__":
    TARGET.write_text(render(), encoding="utf-8")
