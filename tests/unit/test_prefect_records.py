"""Prefect quotes errors whole in its log lines; of ours it may say what kind they are, and where from."""

import logging
from collections.abc import Iterator

import pytest

from pipeline_core import prefect_records
from pipeline_core.domain.errors import DocumentError

CANARY = "Quarterly-Canary.pdf"


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What a handler with a formatter of the standard library makes of each record."""
    made: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            made.append(self.format(record))

    before, handler = logging.getLogRecordFactory(), Handler()
    loggers = [logging.getLogger(name) for name in ("prefect.of_a_test", "theirs")]
    prefect_records.install()
    prefect_records.install()
    for logger in loggers:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield made
    logging.setLogRecordFactory(before)
    for logger in loggers:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


def failed() -> Exception:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as cause:
            raise DocumentError(f"{CANARY} is damaged.", where=CANARY) from cause
    except DocumentError as error:
        return error


def test_an_error_is_told_by_its_kind(lines: list[str]) -> None:
    """The ways in which Prefect 3.9 tells of one, in `task_engine.py`."""
    log, error = logging.getLogger("prefect.of_a_test"), failed()
    log.info(
        "Task run failed with %s: %r - Retry %s/%s will start %s", "exception", error, 1, 3, "3 second(s) from now"
    )
    log.error(f"Task run failed with exception: {error!r} - Retries are exhausted", exc_info=error)
    log.error(f"Finished in state Failed('Task run encountered an exception DocumentError: {error}\\nand more')")
    log.error(f"Finished in state Failed('Flow run encountered an exception: DocumentError: {error}')")
    log.info(f"Finished in state Held('2 held: the store is full. {CANARY}', type=COMPLETED)")
    log.info("Finished in state AwaitingReview('1 done, 2 awaiting review', type=COMPLETED)")
    kind = f"DocumentError ({DocumentError.code})"
    assert lines[0] == f"Task run failed with exception: {kind} - Retry 1/3 will start 3 second(s) from now"
    assert lines[1].startswith(f"Task run failed with exception: {kind} - Retries are exhausted\n  File")
    assert "in failed\n" in lines[1]
    assert "KeyError\n" in lines[1]
    assert lines[2] == "Finished in state Failed('Task run encountered an exception DocumentError"
    assert lines[3] == "Finished in state Failed('Flow run encountered an exception: DocumentError"
    assert lines[4] == "Finished in state Held('2 held"
    assert lines[5] == "Finished in state AwaitingReview('1 done, 2 awaiting review', type=COMPLETED)"
    assert not [line for line in lines if CANARY in line]


def test_a_login_is_masked_and_plain_lines_stay(lines: list[str]) -> None:
    log = logging.getLogger("prefect.of_a_test")
    log.info("Failed to reach API at http://user:c4n4ry-Pw@host/api")
    log.info("%s: %d ran, %d reused", "chunking", 3, 0)
    log.info("100 % done")
    assert lines == ["Failed to reach API at http://***@host/api", "chunking: 3 ran, 0 reused", "100 % done"]


def test_a_run_is_not_called_by_its_name(lines: list[str]) -> None:
    """It is named after its documents; a line has the run's id beside it."""
    log, run = logging.getLogger("prefect.of_a_test"), "0b6f5f5e-5a39-4c5e-9a43-0d3c7b8f2a11"
    log.info(f"Beginning flow run {CANARY!r} for flow 'process-document'")
    log.info(f'Renamed flow run "Ann\'s {CANARY} + 3 more" to {CANARY!r}')
    log.info("Worker submitting flow run '%s'", run)
    assert lines == [
        "Beginning flow run for flow 'process-document'", "Renamed flow run", f"Worker submitting flow run '{run}'"
    ]  # fmt: skip


def test_records_that_are_made_of_others_are_left(lines: list[str]) -> None:
    """As structlog's formatter does, and a queue handler."""
    assert logging.makeLogRecord({"name": "theirs", "msg": "text"}).getMessage() == "text"


def test_others_lines_are_theirs(lines: list[str]) -> None:
    logging.getLogger("theirs").error("it failed: %s", KeyError(CANARY))
    assert lines == [f"it failed: '{CANARY}'"]
