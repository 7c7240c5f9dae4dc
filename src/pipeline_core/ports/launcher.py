"""Port: start work. The one way by which the command line, the console and the API reach the orchestrator."""

from collections.abc import Sequence
from typing import Protocol

from pipeline_core.domain.ids import DocumentId


class Launcher(Protocol):
    def start(self) -> None:
        """Begin to make ready, without waiting."""
        ...

    def wait(self) -> None:
        """Return when ready.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer.
        """
        ...

    def process(self, document_ids: Sequence[DocumentId]) -> None:
        """Run ``process_document`` on these documents, in batches, and return when all have come to rest.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer.
        """
        ...

    def ui_url(self) -> str | None:
        """Where people can watch runs, if it is up."""
        ...

    def close(self) -> None:
        """Stop what this launcher started."""
        ...
