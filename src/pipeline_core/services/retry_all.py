"""Starting many dead letters again at once: all of a user's, those of one code, those since a moment."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.errors import RefusedError
from pipeline_core.domain.ids import CorrelationId, DocumentId, RealmId
from pipeline_core.domain.jobs import DeadLetter
from pipeline_core.domain.lifecycle import JobStage, Profile, StageName
from pipeline_core.review.orphans import compare_again, no_later_than_compared
from pipeline_core.services.retry import begin_scans_again
from pipeline_core.stages.registry import BY_NAME

_AGO = re.compile(r"(\d{1,6})\s*(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class Which:
    """Selection of dead letters: by error code (its own, or that of its last retry), and since a given time."""

    code: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retried:
    """The documents concerned, in the order in which they failed, and how many there are by code."""

    document_ids: list[DocumentId]
    by_code: Mapping[str, int]


def moment(text: str, now: datetime | None = None) -> datetime:
    """The moment that somebody means by ``2h``, ``30m``, ``3d``, ``1w``, or by a date with or without a time.

    Without an offset the time is UTC.

    Raises:
        RefusedError: it is none of these.
    """
    text = text.strip()
    if ago := _AGO.fullmatch(text.lower()):
        return (now or datetime.now(UTC)) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(
            f"{text!r} is not a time.",
            action="Give how long ago (30m, 2h, 3d), or when: 2026-11-29 or 2026-11-29T03:00.",
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RetryAll:
    """Starts a user's dead letters again, in one transaction."""

    open_uow: OpenUnitOfWork

    def preview(self, realm_id: RealmId, which: Which) -> Retried:
        """List the documents that would be started; none is."""
        with self.open_uow() as uow:
            return _counted(uow.jobs.dead(realm_id, code=which.code, since=which.since))

    def __call__(self, realm_id: RealmId, which: Which, *, from_stage: StageName | None = None, by: str) -> Retried:
        """Queue them again, each where it failed, or at the stage named if it came as far.

        Outputs of earlier stages are reused; the stage named runs anew.
        """
        with self.open_uow() as uow:
            uow.staging.lock_matching([realm_id])
            dead = uow.jobs.dead(realm_id, code=which.code, since=which.since)
            if not dead:
                return Retried([], {})
            ids = [letter.document_id for letter in dead]
            anew = uow.staging.compared_since(ids)
            if anew:
                compare_again(uow, sorted(anew))
            if from_stage:
                uow.stages.forget(from_stage, ids)
            begin_scans_again(uow, [letter.document_id for letter in dead if letter.profile is Profile.DEEP])
            targets = {
                letter.job_id: _target(letter, from_stage, is_anew=letter.document_id in anew) for letter in dead
            }
            uow.jobs.restart(targets, code="retried", by=by, correlation_id=CorrelationId(uuid4()))
            uow.commit()
        return _counted(dead)


def _target(letter: DeadLetter, from_stage: StageName | None, *, is_anew: bool) -> JobStage:
    stages = [letter.stage]
    if from_stage:
        stages.append(BY_NAME[from_stage].restarts_at)
    if is_anew:
        stages.append(no_later_than_compared(letter.stage))
    return min(stages, key=lambda stage: stage.row.position)


def _counted(dead: Sequence[DeadLetter]) -> Retried:
    return Retried([letter.document_id for letter in dead], Counter(letter.code for letter in dead))
