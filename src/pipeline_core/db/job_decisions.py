"""The phases of a job with their times, and the decisions by which it came past them."""

from dataclasses import fields
from typing import Any, NamedTuple
from uuid import UUID

from pipeline_core.db.session import Row, Session
from pipeline_core.domain.ids import JobId
from pipeline_core.domain.lifecycle import ACKNOWLEDGE, APPROVE_MATCHES, OVERRIDE_VALIDATION, PHASES
from pipeline_core.domain.rows.details import Approval, JobDecision, PhaseTime


def phases_of(session: Session, job_id: JobId) -> list[PhaseTime]:
    """Phases 0 to 6 in their order."""
    return [_phase(**row) for row in session.all("view_job_phases", job_id=job_id)]


def _phase(phase: int, began_at: Any, ended_at: Any) -> PhaseTime:
    is_skipped = began_at is None and ended_at is not None
    return PhaseTime(phase, PHASES[phase], began_at, ended_at, is_skipped)


class Decisions(NamedTuple):
    """The decisions that count: none where nobody was asked, or what was decided was taken back."""

    approval: Approval | None
    override: JobDecision | None
    acknowledged: JobDecision | None


def decisions_of(session: Session, job_id: JobId) -> Decisions:
    newest = {row["code"]: row for row in session.all("view_job_decisions", job_id=job_id)}
    approved = newest.get(APPROVE_MATCHES.code)
    overridden, acknowledged = newest.get(OVERRIDE_VALIDATION.code), newest.get(ACKNOWLEDGE.code)
    return Decisions(
        _approval(approved) if approved else None,
        _decision(overridden, "reason") if overridden else None,
        _decision(acknowledged, "how") if acknowledged else None,
    )


def _decision(row: Row, why: str) -> JobDecision:
    payload = row["payload"]
    return JobDecision(payload.get("by") or "system", row["user_id"], row["ts"], payload.get(why) or "")


def _approval(row: Row) -> Approval:
    payload, by = row["payload"], _decision(row, "reason")
    said = {field.name: getattr(by, field.name) for field in fields(by)}
    return Approval(
        **said,
        approved_matches=[UUID(one) for one in payload.get("approved_matches") or ()],
        rejected=[UUID(one) for one in payload.get("rejected") or ()],
        resolved_pairs=payload.get("resolved_pairs") or 0,
        resolution=payload.get("resolution"),
    )
