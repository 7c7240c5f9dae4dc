"""Jobs at a parsing service: where they are, and what they give."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from pipeline_core.domain.errors import ConversionFailedError
from pipeline_core.domain.facts import Usage
from pipeline_core.domain.filetypes import FileType


class ParseState(StrEnum):
    """``starting``: about to be sent, or sent and not known to have arrived; ``running``: its name there is known."""

    STARTING = "starting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """Page as the service read it; ``markdown`` is None where it failed on the page."""

    number: int
    markdown: str | None


@dataclass(frozen=True, slots=True)
class ParseJob:
    """A job as it is written down. ``tag`` is the name that it has there from the beginning; ``age_s`` its age."""

    key: str
    service: str
    tag: UUID
    call_id: UUID
    run_id: UUID
    state: ParseState = ParseState.STARTING
    age_s: float = 0.0
    service_job_id: str | None = None
    service_file_id: str | None = None
    pages: tuple[ParsedPage, ...] = ()
    failure: ConversionFailedError | None = None


@dataclass(frozen=True, slots=True)
class ParsePlan:
    """A file that is to go to the service.

    ``pages`` is how many it has, None where they cannot be counted; the service reads ``max_pages`` at most, so that
    ``most`` is the most that it can cost. ``expected_pages`` is what the file itself says, ``expected`` what that
    costs. ``key`` is the content and all that shapes the result.
    """

    key: str
    data: bytes
    filename: str
    kind: FileType
    pages: int | None
    max_pages: int
    most: Usage
    expected_pages: int
    expected: Usage


@dataclass(frozen=True, slots=True)
class StartedJob:
    """Name of the job at the service, and the file that was uploaded for it (None: unknown)."""

    job_id: str
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class ParseResult:
    """Result of a job: pages, or an error. ``usage`` is None where the cost is unknown."""

    pages: tuple[ParsedPage, ...] = ()
    usage: Usage | None = None
    error: ConversionFailedError | None = None
