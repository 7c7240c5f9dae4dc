"""Work that waits for a missing part of the installation: what may be taken meanwhile, and when it goes on.

One job at a time tries whether a part is back, after 3, 6, 12 seconds and then at growing intervals; when it has gone
through the stage at which it was held, whatever else waits for the part goes on.
"""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Event

import structlog

from pipeline_core.db.missing_parts import FREE, Passage
from pipeline_core.db.unit_of_work import OpenUnitOfWork, UnitOfWork
from pipeline_core.domain.errors import PipelineError, TransientError
from pipeline_core.domain.faults import EVERYTHING_NEEDS, part_of
from pipeline_core.domain.ids import DocumentId, LeaseToken, RealmId
from pipeline_core.domain.jobs import HeldJob
from pipeline_core.domain.lifecycle import HOLD, StageName
from pipeline_core.domain.rows.queue import MissingPart
from pipeline_core.settings import Settings

log = structlog.stdlib.get_logger(__name__)
_LOOK_S = 0.25
_GOES_ON = "Waiting work continues by itself once that is fixed."


def record_held(
    uow: UnitOfWork, settings: Settings, stage: StageName, held: Mapping[HeldJob, PipelineError], *, lease: LeaseToken
) -> None:
    """Queue jobs again that met a missing part, with the reason; no try is counted. The caller commits."""
    if not held:
        return
    errors = {job: {**_told(error), "stage": stage.value, "part": part_of(error)} for job, error in held.items()}
    # what all users are told names no object of one of them
    missing = {part_of(error): {**_told(error), "where": None} for error in held.values()}
    uow.missing_parts.miss(missing, pause_s=settings.retry_base_s)
    # while the lease is still held: the move gives it up
    uow.stages.park(stage, {job.document_id: error.message for job, error in held.items()})
    payloads = {job.job_id: {"error": row, "part": row["part"]} for job, row in errors.items()}
    uow.jobs.move(HOLD, payloads, lease=lease)


def _told(error: PipelineError) -> dict[str, object]:
    """As it is stored on the job: what a person can mend, and that nobody needs to do more."""
    remedy = error.remedy if isinstance(error, TransientError) else error.what_to_do
    over_http = error.remedy if isinstance(error, TransientError) else error.http_what_to_do
    told = PipelineError(
        error.message,
        where=error.where,
        action=f"{remedy} {_GOES_ON}".strip(),
        http_action=f"{over_http} {_GOES_ON}".strip(),
    )
    return {**told.as_stored(), "code": error.code}


@dataclass(frozen=True, slots=True)
class Holds:
    """Says what may be taken while parts are missing, and waits for them."""

    settings: Settings
    open_uow: OpenUnitOfWork
    stopping: Event

    def passage(
        self,
        uow: UnitOfWork,
        document_ids: Sequence[DocumentId] | None = None,
        *,
        realm_id: RealmId | None = None,
    ) -> Passage:
        """Return the jobs that a claim in this transaction may take, of these documents or of all that wait."""
        if not uow.missing_parts.all():
            return FREE
        uow.missing_parts.drop_idle()
        missing = [part.part for part in uow.missing_parts.all()]
        due = uow.missing_parts.candidates(missing, document_ids=document_ids, realm_id=realm_id)
        ours = uow.missing_parts.begin_probes(
            list(due), base_s=self.settings.retry_base_s, most_s=self.settings.hold_most_s
        )
        closed = EVERYTHING_NEEDS in missing
        if closed and document_ids is not None:
            # they were asked for by name: whoever asked is told why they do not run
            uow.missing_parts.hold(EVERYTHING_NEEDS, document_ids)
        return Passage(missing, closed, [due[part] for part in ours])

    def recovered(self, jobs: Collection[HeldJob]) -> list[DocumentId]:
        """These jobs have gone through what they were held at: what waits for the same parts goes on."""
        parts = sorted({job.held_for for job in jobs if job.held_for})
        if not parts:
            return []
        with self.open_uow() as uow:
            released = uow.missing_parts.recover(parts)
            uow.commit()
        log.info("parts_back", parts=parts, released=len(released))
        return released

    def missing(self) -> list[MissingPart]:
        """The parts that are missing now, the one that has been so for longest first."""
        with self.open_uow() as uow:
            return uow.missing_parts.all()

    def try_now(self, document_ids: Sequence[DocumentId]) -> None:
        """Somebody asks for these documents: what they wait for is tried at once, whatever the pause."""
        with self.open_uow() as uow:
            parts = {part for part in uow.missing_parts.waiting(document_ids).values() if part}
            uow.missing_parts.probe_now([*parts, EVERYTHING_NEEDS])
            uow.commit()

    def held(self, document_ids: Sequence[DocumentId]) -> list[DocumentId]:
        """Select the documents that wait for a part."""
        with self.open_uow() as uow:
            waiting = uow.missing_parts.waiting(document_ids)
        return [document_id for document_id in document_ids if waiting.get(document_id)]

    def left(self, held: Sequence[DocumentId], tried: Collection[DocumentId]) -> list[DocumentId]:
        """Of documents that were held, those that are to be taken again: held still, or released and not tried yet."""
        with self.open_uow() as uow:
            waiting = uow.missing_parts.waiting(held)
        return [d for d in held if d in waiting and (waiting[d] or d not in tried)]

    def wait(self, document_ids: Sequence[DocumentId] | None = None) -> bool:
        """Wait for the next try of a part that these documents wait for (all that wait without them), if it is near.

        Returns whether there is something to take then. No longer than the pauses between the tries of a
        document that fails: a part that is away for longer is for a later run.
        """
        # another run may try meanwhile, and put the next try off
        give_up = time.monotonic() + self.settings.retry_base_s * 2**self.settings.max_retries
        while not self.stopping.is_set():
            next_s = self._next_try_s(document_ids)
            if next_s is None or time.monotonic() > give_up:
                return False
            if next_s <= 0:
                return True
            time.sleep(min(_LOOK_S, next_s))
        raise KeyboardInterrupt

    def _next_try_s(self, document_ids: Sequence[DocumentId] | None) -> float | None:
        """In how many seconds one of the documents can be taken; None: nothing waits, or for long."""
        with self.open_uow() as uow:
            missing = uow.missing_parts.all()
            waiting = uow.missing_parts.waiting(document_ids) if document_ids is not None else {}
        near = {part.part: part.probe_in_s for part in missing if part.tries <= self.settings.max_retries}
        if document_ids is None:
            return min((near[part.part] for part in missing if part.held and part.part in near), default=None)
        away = {part.part for part in missing}
        return min(
            (near.get(part or "", 0.0) for part in waiting.values() if part not in away or part in near), default=None
        )
