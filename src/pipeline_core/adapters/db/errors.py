"""The database's errors in the pipeline's words."""

import psycopg

from pipeline_core.domain.errors import (
    DatabaseUnavailableError,
    DataRejectedError,
    IllegalMoveError,
    PipelineError,
)

_LIFECYCLE = ("upload_jobs_", "documents_deep_scan_move", "staged_questions_move", "upload_batches_move")


def translate(error: psycopg.Error) -> PipelineError:
    """What a psycopg error means: try again, an illegal move, or rows that the database refuses."""
    text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    constraint = error.diag.constraint_name or ""
    if isinstance(error, psycopg.errors.CheckViolation) and constraint.startswith(_LIFECYCLE):
        return IllegalMoveError(f"The database refused the move: {text}.", where=constraint)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        # includes serialization failures, deadlocks, cut connections, shutdowns and full disks
        return DatabaseUnavailableError(f"The database did not finish the work: {text}.")
    return DataRejectedError(f"The database refused the rows: {text}.", where=constraint or None)
