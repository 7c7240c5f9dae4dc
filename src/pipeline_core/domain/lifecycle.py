"""The life of a job, as data. The same rows stand in the database (migrations 0002, 0003 and 0008).

A test holds the two equal, and ``docs/state_machine.md`` is made from here.

Every change of a job is one ``Move``: where it may start from, where it leads, and the event it leaves.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from pipeline_core.domain.errors import IllegalMoveError
from pipeline_core.domain.findings import Severity


class StageName(StrEnum):
    """A unit of work. ``validation`` is run and recorded as the seven converting stages are."""

    INGEST = "ingest"
    MARKDOWN_CONVERSION = "markdown-conversion"
    MARKDOWN_OPTIMIZER = "markdown-optimizer"
    CHUNKER = "chunker"
    FACT_GENERATOR = "fact-generator"
    VALIDATION = "validation"
    EMBEDDER = "embedder"
    INGESTOR = "ingestor"


class JobState(StrEnum):
    QUEUED = "queued"
    WORKING = "working"
    RETRYABLE = "retryable"
    AWAITING_REVIEW = "awaiting_review"
    DONE = "done"
    DEADLETTER = "deadletter"


class JobStage(StrEnum):
    """The fine-grained position of a job."""

    QUEUED = "queued"
    JOB_VALIDATED = "job_validated"
    PARSING = "parsing"
    PARSED = "parsed"
    PARSE_VALIDATED = "parse_validated"
    OPTIMIZING = "optimizing"
    OPTIMIZED = "optimized"
    CHUNKING = "chunking"
    CHUNKS_BUFFERED = "chunks_buffered"
    CHUNKED = "chunked"
    GENERATING_FACTS = "generating_facts"
    FACTS_STAGED = "facts_staged"
    MATCHING_REVIEW = "matching_review"
    VALIDATING = "validating"
    VALIDATION_REVIEW = "validation_review"
    EMBEDDING = "embedding"
    EMBEDDINGS_BUFFERED = "embeddings_buffered"
    EMBEDDED = "embedded"
    INGESTING = "ingesting"
    INGESTED = "ingested"

    @property
    def row(self) -> "JobStageRow":
        return JOB_STAGES[self]


class JobStageRow(NamedTuple):
    """``percent`` is 0..100, ``phase`` 0..6; ``work`` is the stage that the position belongs to, if any."""

    position: int
    percent: int
    phase: int
    work: StageName | None


JOB_STAGES: dict[JobStage, JobStageRow] = {
    JobStage.QUEUED: JobStageRow(0, 0, 0, StageName.INGEST),
    JobStage.JOB_VALIDATED: JobStageRow(1, 10, 1, StageName.INGEST),
    JobStage.PARSING: JobStageRow(2, 20, 1, StageName.MARKDOWN_CONVERSION),
    JobStage.PARSED: JobStageRow(3, 30, 1, StageName.MARKDOWN_CONVERSION),
    JobStage.PARSE_VALIDATED: JobStageRow(4, 35, 1, StageName.MARKDOWN_CONVERSION),
    JobStage.OPTIMIZING: JobStageRow(5, 38, 1, StageName.MARKDOWN_OPTIMIZER),
    JobStage.OPTIMIZED: JobStageRow(6, 42, 1, StageName.MARKDOWN_OPTIMIZER),
    JobStage.CHUNKING: JobStageRow(7, 45, 1, StageName.CHUNKER),
    JobStage.CHUNKS_BUFFERED: JobStageRow(8, 50, 1, StageName.CHUNKER),
    JobStage.CHUNKED: JobStageRow(9, 55, 1, StageName.CHUNKER),
    JobStage.GENERATING_FACTS: JobStageRow(10, 58, 1, StageName.FACT_GENERATOR),
    JobStage.FACTS_STAGED: JobStageRow(11, 62, 1, StageName.FACT_GENERATOR),
    JobStage.MATCHING_REVIEW: JobStageRow(12, 64, 2, None),
    JobStage.VALIDATING: JobStageRow(13, 66, 3, StageName.VALIDATION),
    JobStage.VALIDATION_REVIEW: JobStageRow(14, 68, 4, None),
    JobStage.EMBEDDING: JobStageRow(15, 70, 5, StageName.EMBEDDER),
    JobStage.EMBEDDINGS_BUFFERED: JobStageRow(16, 75, 5, StageName.EMBEDDER),
    JobStage.EMBEDDED: JobStageRow(17, 85, 5, StageName.EMBEDDER),
    JobStage.INGESTING: JobStageRow(18, 90, 5, StageName.INGESTOR),
    JobStage.INGESTED: JobStageRow(19, 100, 6, StageName.INGESTOR),
}

_S, _G = JobState, JobStage

STATE_MOVES = frozenset(
    (before, after)
    for before, targets in {
        _S.QUEUED: {_S.WORKING},
        _S.WORKING: {_S.DONE, _S.RETRYABLE, _S.QUEUED, _S.AWAITING_REVIEW, _S.DEADLETTER},
        _S.RETRYABLE: {_S.WORKING, _S.DEADLETTER},
        _S.AWAITING_REVIEW: {_S.QUEUED, _S.DONE},
        _S.DEADLETTER: {_S.QUEUED},
        _S.DONE: {_S.QUEUED},
    }.items()
    for after in targets
)

_SKIPS = {
    (_G.PARSE_VALIDATED, _G.CHUNKING),
    (_G.OPTIMIZING, _G.CHUNKING),
    (_G.FACTS_STAGED, _G.VALIDATING),
    (_G.VALIDATING, _G.EMBEDDING),
}
_BACK = {(_G.VALIDATION_REVIEW, _G.MATCHING_REVIEW)}
STAGE_MOVES = frozenset({*pairwise(JobStage), *_SKIPS, *_BACK})
"""From each position to the next, and the exceptions."""

PHASES: dict[int, str] = {
    0: "upload",
    1: "processing",
    2: "matching review",
    3: "validation",
    4: "validation review",
    5: "generation",
    6: "download",
}
"""The coarse positions that people see, by name."""
REVIEW_STAGES = frozenset({_G.MATCHING_REVIEW, _G.VALIDATION_REVIEW})
REVIEW_PAGES = {2: "/review-matching/{}", 4: "/validate/{}"}
"""Pages on which a person decides, by phase; ``{}`` is the job's id."""
WORK_STAGES = frozenset(JobStage) - {_G.INGESTED}


class EventType(StrEnum):
    """The taxonomy of the ``events`` table; docs/events.md lists the codes of each."""

    UPLOADED = "uploaded"
    CLAIMED = "claimed"
    STAGE_STARTED = "stage_started"
    STAGE_DONE = "stage_done"
    STAGE_REUSED = "stage_reused"
    STAGE_SKIPPED = "stage_skipped"
    RETRY = "retry"
    ERROR = "error"
    PARKED = "parked"
    REVIEW = "review"
    RESTARTED = "restarted"
    FINALIZED = "finalized"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    EXPORTED = "exported"
    DOWNLOADED = "downloaded"
    REALM = "realm"
    SOURCE = "source"
    WEBHOOK = "webhook"
    MODEL = "model"
    SETTING = "setting"
    PRUNED = "pruned"


class Workflow(StrEnum):
    """The say that people have: asked where something has to be decided, or about every document."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"


class Profile(StrEnum):
    """The thoroughness of processing: the usual settings, or those of a deep scan."""

    STANDARD = "standard"
    DEEP = "deep"


class Outcome(StrEnum):
    """The outcome of a done job. ``superseded``: a newer version of the same source was published meanwhile, or has
    come as far while it waited for a person; ``withdrawn``: it was taken out of production, and no other took its
    place."""

    PUBLISHED = "published"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


KEPT_OUT = frozenset({Outcome.REJECTED, Outcome.WITHDRAWN})
"""Outcomes by which a person keeps a document out of production: it starts again only when somebody asks for it."""


def is_position(state: JobState, stage: JobStage) -> bool:
    """Returns whether a job can have this position: it waits only where people decide, and is done once ingested."""
    if state is JobState.AWAITING_REVIEW:
        return stage in REVIEW_STAGES
    return state is JobState.DONE or stage in WORK_STAGES


def check_move(
    from_state: JobState,
    from_stage: JobStage,
    to_state: JobState,
    to_stage: JobStage,
    outcome: Outcome | None = None,
) -> None:
    """Checks that a job may make this move; the database's trigger and CHECKs apply the same rules.

    Only a withdrawal ends a job that is not at work, wherever it stands.

    Raises:
        IllegalMoveError: names the move that is not allowed.
    """
    withdrawn = outcome is Outcome.WITHDRAWN and to_state is JobState.DONE and from_state is not JobState.WORKING
    if from_state != to_state and (from_state, to_state) not in STATE_MOVES and not withdrawn:
        raise IllegalMoveError(f"A {from_state} job cannot become {to_state}.")
    if not is_position(to_state, to_stage):
        raise IllegalMoveError(f"No job is {to_state} at {to_stage}.")
    if from_stage == to_stage:
        return
    if from_state in (JobState.DONE, JobState.DEADLETTER) and to_state is JobState.QUEUED:
        if to_stage.row.position > from_stage.row.position:
            raise IllegalMoveError(f"A job at {from_stage} cannot be restarted at {to_stage}.")
        return
    if (from_stage, to_stage) not in STAGE_MOVES:
        raise IllegalMoveError(f"A job at {from_stage} cannot move to {to_stage}.")
    if from_state is not JobState.WORKING and not (from_state is to_state is JobState.AWAITING_REVIEW):
        raise IllegalMoveError(f"A {from_state} job does not change its stage.")


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of change. Empty ``to_*`` means that this part stays as it is."""

    code: str
    event: EventType
    from_states: frozenset[JobState]
    from_stages: frozenset[JobStage]
    to_state: JobState | None = None
    to_stage: JobStage | None = None
    severity: Severity = Severity.INFO


def stage_move(event: EventType, sources: set[JobStage], target: JobStage, code: str | None = None) -> Move:
    """A working job goes on to another position, by which the move is called if it has no ``code`` of its own."""
    return Move(code or target.value, event, frozenset({JobState.WORKING}), frozenset(sources), to_stage=target)


def _move(
    code: str,
    event: EventType,
    before: JobState | frozenset[JobState],
    after: JobState,
    at: frozenset[JobStage] = WORK_STAGES,
    to_stage: JobStage | None = None,
    severity: Severity = Severity.INFO,
) -> Move:
    sources = frozenset({before}) if isinstance(before, JobState) else before
    return Move(code, event, sources, at, after, to_stage, severity)


_E, _WARNING = EventType, Severity.WARNING
_AT_MATCHING, _AT_VALIDATION = frozenset({_G.MATCHING_REVIEW}), frozenset({_G.VALIDATION_REVIEW})
_AT_INGESTING = frozenset({_G.INGESTING})

RETRY_LATER = _move("retry_later", _E.RETRY, _S.WORKING, _S.RETRYABLE, severity=_WARNING)
INTERRUPT = _move("interrupted", _E.RETRY, _S.WORKING, _S.RETRYABLE)
"""The run was stopped from outside, as by Ctrl-C: that is no try of the document, and it is due at once."""
VALIDATED = stage_move(_E.STAGE_DONE, {_G.VALIDATING}, _G.VALIDATING, "validated")
"""Move after validation: the gate decides what follows."""
DEAD_LETTER = _move(
    "dead_letter", _E.ERROR, frozenset({_S.WORKING, _S.RETRYABLE}), _S.DEADLETTER, severity=Severity.CRITICAL
)
PARK = _move("parked", _E.PARKED, _S.WORKING, _S.QUEUED, severity=_WARNING)
"""The work waits for a budget or a quota: nothing failed, and the next run after that goes on."""
HOLD = _move("held", _E.PARKED, _S.WORKING, _S.QUEUED, severity=_WARNING)
"""A part of the installation is missing, which is no fault of the document: it goes on when the part is back."""
STOP = _move("stopped", _E.PARKED, _S.WORKING, _S.QUEUED)
"""The stage that was asked for alone has run: the job waits to be told to go on."""
PARK_MATCHING, PARK_VALIDATION = (
    _move(f"{review}_needed", _E.PARKED, _S.WORKING, _S.AWAITING_REVIEW, frozenset({before, review}), review, _WARNING)
    for before, review in ((_G.FACTS_STAGED, _G.MATCHING_REVIEW), (_G.VALIDATING, _G.VALIDATION_REVIEW))
)
APPROVE_MATCHES = _move("matches_approved", _E.REVIEW, _S.AWAITING_REVIEW, _S.QUEUED, _AT_MATCHING)
RETURN_TO_MATCHING = _move(
    "returned_to_matching", _E.REVIEW, _S.AWAITING_REVIEW, _S.AWAITING_REVIEW, _AT_VALIDATION, _G.MATCHING_REVIEW
)
OVERRIDE_VALIDATION = _move(
    "validation_overridden", _E.REVIEW, _S.AWAITING_REVIEW, _S.QUEUED, _AT_VALIDATION, severity=_WARNING
)
REJECT_DOCUMENT = _move("document_rejected", _E.REVIEW, _S.AWAITING_REVIEW, _S.DONE, REVIEW_STAGES)
FINISH = _move("published", _E.FINALIZED, _S.WORKING, _S.DONE, _AT_INGESTING, _G.INGESTED)
SUPERSEDE = _move("superseded", _E.FINALIZED, _S.WORKING, _S.DONE, _AT_INGESTING)
SUPERSEDE_WAITING = _move("superseded_in_review", _E.FINALIZED, _S.AWAITING_REVIEW, _S.DONE, REVIEW_STAGES)
"""What its place holds now has come as far: nobody is asked about bytes that are nowhere any more."""
WITHDRAW = _move("document_withdrawn", _E.WITHDRAWN, frozenset(JobState) - {_S.WORKING}, _S.DONE, frozenset(JobStage))
"""It leaves production, wherever its newest job stands, as long as nobody works on that."""
PUT_BACK = _move("put_back", _E.FINALIZED, _S.DONE, _S.DONE, frozenset({_G.INGESTED}))
"""A version of it is published again in the place of later content of its file."""
ACKNOWLEDGE = Move("acknowledged", _E.FINALIZED, frozenset({_S.DONE}), frozenset({_G.INGESTED}))
"""Phase 6 is complete: what was published was downloaded, or somebody says that it was seen. Once a publication."""

MOVES: tuple[Move, ...] = (
    RETRY_LATER,
    INTERRUPT,
    DEAD_LETTER,
    PARK,
    HOLD,
    STOP,
    PARK_MATCHING,
    PARK_VALIDATION,
    APPROVE_MATCHES,
    RETURN_TO_MATCHING,
    OVERRIDE_VALIDATION,
    REJECT_DOCUMENT,
    FINISH,
    SUPERSEDE,
    SUPERSEDE_WAITING,
    WITHDRAW,
    PUT_BACK,
    ACKNOWLEDGE,
)
"""The moves that are not a stage's own; those stand with the stage (``pipeline_core.stages.registry``)."""
