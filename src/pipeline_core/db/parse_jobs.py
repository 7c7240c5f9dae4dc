"""Jobs at parsing services in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pipeline_core.db.session import Row, Session, json_text
from pipeline_core.domain.errors import ConversionFailedError, IllegalMoveError
from pipeline_core.domain.parsing import ParsedPage, ParseJob, ParseState, StartedJob


class ParseJobs:
    """Rows change by compare-and-set on the tag; the claim on the key decides who may try."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, key: str) -> ParseJob | None:
        rows = self._session.all("parse_job", key=key)
        return _job(rows[0]) if rows else None

    def open(self, job: ParseJob) -> None:
        """Write a job down that is about to be started."""
        self._session.execute(
            "open_parse_job", key=job.key, service=job.service, tag=job.tag, call_id=job.call_id, run_id=job.run_id
        )

    def started(self, job: ParseJob, names: StartedJob) -> None:
        """Raises IllegalMoveError: it is not starting any more."""
        if not self._session.execute(
            "start_parse_job", key=job.key, tag=job.tag, service_job_id=names.job_id, service_file_id=names.file_id
        ):
            raise IllegalMoveError(f"The parse job {job.tag} is not starting any more.")

    def done(self, job: ParseJob, pages: Sequence[ParsedPage]) -> bool:
        """Keep the pages; False: somebody else has ended it."""
        value = {"pages": [[page.number, page.markdown] for page in pages]}
        return self._end(job, ParseState.DONE, run_id=job.run_id, pages=json_text(value))

    def failed(self, job: ParseJob, error: ConversionFailedError, *, run_id: UUID) -> bool:
        """It failed, as this run has seen; False: somebody else has ended it."""
        return self._end(job, ParseState.FAILED, run_id=run_id, failure=json_text(error.as_json()))

    def used(self, key: str) -> None:
        """Somebody was served from it: it is pruned later."""
        self._session.execute("use_parse_job", key=key)

    def forget(self, job: ParseJob) -> None:
        """It never began, or it failed and is to be begun anew."""
        self._session.execute("forget_parse_job", key=job.key, tag=job.tag)

    def _end(self, job: ParseJob, state: ParseState, **values: Any) -> bool:
        row = {"pages": None, "failure": None, **values}
        return self._session.execute("end_parse_job", key=job.key, tag=job.tag, state=state.value, **row) == 1


def _job(row: Row) -> ParseJob:
    failure = row["failure"]
    return ParseJob(
        key=row["parse_key"],
        service=row["service"],
        tag=row["tag"],
        call_id=row["call_id"],
        run_id=row["run_id"],
        state=ParseState(row["state"]),
        age_s=row["age_s"],
        service_job_id=row["service_job_id"],
        service_file_id=row["service_file_id"],
        pages=tuple(ParsedPage(number, markdown) for number, markdown in (row["pages"] or {"pages": []})["pages"]),
        failure=ConversionFailedError(failure["message"], where=failure["where"], action=failure["action"])
        if failure
        else None,
    )
