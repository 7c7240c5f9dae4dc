"""Definition of a stage. Everything around it (reuse, persistence, retries, events, progress) is done once, in
``services.run_stage``."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

import orjson

from pipeline_core.domain.documents import Document
from pipeline_core.domain.errors import PipelineError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.ids import BatchId, DocumentId, LeaseToken
from pipeline_core.domain.jobs import HeldJob, WorkBatch
from pipeline_core.domain.lifecycle import (
    JOB_STAGES,
    STAGE_MOVES,
    EventType,
    JobStage,
    Move,
    Profile,
    StageName,
    stage_move,
)
from pipeline_core.ports.converter import Converter
from pipeline_core.ports.embedder import Embedder, Embedders
from pipeline_core.ports.fact_generator import FactGenerator
from pipeline_core.ports.object_store import ObjectStore
from pipeline_core.settings import Settings

if TYPE_CHECKING:
    from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork


D = TypeVar("D")
"""Input of a stage for one document."""
D_co = TypeVar("D_co", covariant=True)
R = TypeVar("R")
"""Result of a stage for one document."""
R_co = TypeVar("R_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class StageContext:
    """The ports that stages work with."""

    settings: Settings
    store: ObjectStore
    converter: Converter
    generator: FactGenerator
    embedders: Embedders
    profile: Profile = Profile.STANDARD

    @property
    def embedder(self) -> Embedder:
        """Returns the active model's embedder, asked for anew each time: see ``Embedders.active``."""
        return self.embedders.active()


@dataclass(frozen=True, slots=True)
class StageInput(Generic[D_co]):
    """Input of a stage for one document: ``checksums`` decide whether it must run, ``data`` is what it needs."""

    checksums: tuple[str, ...]
    data: D_co


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file for the object store. ``suffix`` comes behind the document's file name."""

    file_type: str
    suffix: str
    data: bytes
    mime: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StageResult(Generic[R_co]):
    """Result of a stage for one document: rows for its own ``save``, files, and a small report (JSON)."""

    rows: R_co
    outputs: tuple[OutputFile, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Saved(Generic[R_co]):
    """A result together with where its files went (file type -> (key, sha256))."""

    job: HeldJob
    result: StageResult[R_co]
    files: Mapping[str, tuple[str, str]]

    @property
    def document(self) -> Document:
        return self.job.document

    @property
    def payload(self) -> dict[str, int | float | str]:
        """Returns its data for events."""
        return {name: value for name, value in self.result.report.items() if isinstance(value, int | float | str)}


@dataclass(frozen=True, slots=True)
class Swapped:
    """Result of a publication: the jobs whose documents are in production now, and the ``banks`` of which a question
    was replaced, or left out for what was published."""

    current: list[HeldJob]
    banks: set[BatchId]


Fetched = Mapping[DocumentId, StageInput[D] | PipelineError]
"""Input that a stage found for each document, or that document's error."""

Fetch = Callable[[StageContext, "UnitOfWork", Sequence[HeldJob]], Fetched[D]]
Computation = partial[StageResult[R]]
"""Work that needs nothing but its arguments: it travels by pickle to a worker process, which can be killed."""

Run = Callable[[StageContext, Document, D], StageResult[R] | Computation[R]]
Save = Callable[[StageContext, "UnitOfWork", Sequence[Saved[R]]], None]
Publish = Callable[["UnitOfWork", Sequence[Saved[R]], LeaseToken, str], Swapped]


@dataclass(frozen=True, slots=True)
class Gate:
    """A point before a stage at which documents may wait for a person.

    ``passed`` moves those that wait, and returns the batch of the others. It is run again for each document alone
    where it failed for them together.
    """

    name: str
    passed: Callable[[StageContext, "OpenUnitOfWork", WorkBatch], WorkBatch]


class StageRunner(Protocol[T_co]):
    """Takes documents through a stage whose types are bound; ``AnyStage.accept`` calls it."""

    def take(self, stage: "Stage[D, R]", batch: WorkBatch) -> T_co: ...


@dataclass(frozen=True, kw_only=True)
class AnyStage(ABC):
    """A stage as the registry, the flows and the services know it: its place in the lifecycle and its settings.

    ``version`` changes whenever the same input may give another output. Its moves follow from the positions that the
    lifecycle gives it and from the moves that lead there.
    """

    name: StageName
    version: str
    config: Callable[[StageContext], Mapping[str, Any]] = lambda _ctx: {}
    before: Gate | None = None
    threads: Callable[[Settings], int] = lambda _settings: 8
    is_enabled: Callable[[Settings], bool] = lambda _settings: True
    reusable: bool = True
    is_required: bool = True
    """Set if later stages need it; as ``stage_dependencies`` says."""
    leaves: str | None = None
    """The kind of file that later stages read."""
    ended_by: tuple[Move, ...] | None = None
    """Other moves than through its positions."""
    past_at: JobStage | None = None
    """Position from which a job is past it, if not its last one."""
    again_at: JobStage | None = None
    """Position at which a job restarts to reach it, if not its first one."""

    @abstractmethod
    def accept(self, runner: StageRunner[T_co], batch: WorkBatch) -> T_co:
        """Has ``runner`` take the batch through this stage."""

    @property
    @abstractmethod
    def publishes(self) -> bool:
        """Returns true for the stage that ends jobs by a publication."""

    @cached_property
    def positions(self) -> list[JobStage]:
        """Returns the positions of a job in this stage, in order."""
        return [position for position, row in JOB_STAGES.items() if row.work is self.name]

    @cached_property
    def begins(self) -> Move | None:
        """The move to its first position, if there is any before."""
        first = self.positions[0]
        sources = {before for before, after in STAGE_MOVES if after is first}
        return stage_move(EventType.STAGE_STARTED, sources | {first}, first) if sources else None

    @cached_property
    def ends(self) -> tuple[Move, ...]:
        """The moves that record it as done."""
        steps = pairwise(self.positions)
        through = tuple(stage_move(EventType.STAGE_DONE, {before}, after) for before, after in steps)
        return through if self.ended_by is None else self.ended_by

    @property
    def done_at(self) -> JobStage:
        return self.past_at or self.positions[-1]

    @property
    def restarts_at(self) -> JobStage:
        return self.again_at or self.positions[0]

    @property
    def moves(self) -> tuple[Move, ...]:
        """The moves that a job makes in it, in order."""
        return (*((self.begins,) if self.begins else ()), *self.ends)

    @property
    def starts_from(self) -> frozenset[JobStage]:
        """Returns the positions from which a job enters this stage, or resumes it after an interruption."""
        return self.moves[0].from_stages

    @cached_property
    def done_position(self) -> int:
        return self.done_at.row.position

    def config_sha256(self, ctx: StageContext) -> str:
        """Fingerprint of the stage's version and of the settings that it reads."""
        value = {
            "stage": self.name,
            "version": self.version,
            "enabled": self.is_enabled(ctx.settings),
            "config": dict(self.config(ctx)),
        }
        return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Stage(AnyStage, Generic[D, R]):
    """A stage with its work, three plain functions.

    ``fetch`` reads references for many documents in one short transaction; ``run`` does the slow work for one
    document, without a transaction: itself if it asks a service, whose client has a timeout, and else it reads what
    is needed and returns the computation; ``save`` writes the rows of many documents in the transaction that also
    records the stage as done. The last stage has a ``publish``, which ends the jobs and so comes behind all that is
    recorded of them under their lease.
    """

    fetch: Fetch[D]
    run: Run[D, R]
    save: Save[R] = lambda _ctx, _uow, _done: None
    publish: Publish[R] | None = None

    def accept(self, runner: StageRunner[T_co], batch: WorkBatch) -> T_co:
        return runner.take(self, batch)

    @property
    def publishes(self) -> bool:
        return self.publish is not None


def fingerprint(config_sha256: str, checksums: Sequence[str]) -> str:
    """The key under which a stage's work on one document is reusable: configuration and inputs."""
    return hashlib.sha256("\x1f".join([config_sha256, *checksums]).encode()).hexdigest()
