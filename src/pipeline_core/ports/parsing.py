"""Ports: a parsing service that charges for each page, and where its jobs are written down."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pipeline_core.domain.documents import Converted
from pipeline_core.domain.parsing import ParsedPage, ParsePlan, ParseResult, StartedJob


class ParseService(Protocol):
    """A service that parses a file as a job of its own. Only ``start`` is charged for.

    ``deadline_s`` is how long a job may take, ``call_s`` the longest that one conversion can keep its caller,
    ``model`` the row of the price table, ``pause_s`` a wait before a lost job is looked for.
    """

    name: str
    version: str
    model: str
    deadline_s: float
    call_s: float
    pause_s: float

    def plan(self, data: bytes, *, filename: str) -> ParsePlan | None:
        """Returns the data to send, and its maximum cost; None: the service adds nothing to files of this type.

        Raises:
            DocumentError: no converter can read it, or it is not to be sent.
        """
        ...

    def find(self, tag: UUID, *, age_s: float) -> str | None:
        """The service's name for the job with our tag, begun about so long ago; None: it never arrived.

        Raises:
            PipelineError: the service did not answer.
        """
        ...

    def start(self, plan: ParsePlan, tag: UUID) -> StartedJob:
        """Upload and begin the job; returns the service's names for both.

        Raises:
            AnswerLostError: nobody knows whether it has begun.
            PipelineError: it has not begun.
        """
        ...

    def wait(self, job_id: str, plan: ParsePlan, *, seconds: float) -> ParseResult:
        """Look at the job until it has ended, at least once.

        Raises:
            ParkedError: it is still under way after so many seconds.
            PipelineError: the service did not answer.
        """
        ...

    def delete_file(self, file_id: str) -> None:
        """Delete what was uploaded for a job; one that is not there any more is no error.

        Raises:
            PipelineError: the service did not answer.
        """
        ...

    def converted(self, pages: Sequence[ParsedPage], plan: ParsePlan) -> Converted:
        """The pages as one markdown with its page map.

        Raises:
            DocumentError: there is no text, or there may be more pages than were read.
        """
        ...
