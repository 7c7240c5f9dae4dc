"""Port: start work. The one way by which the command line, the console and the API reach the orchestrator."""

from collections.abc import Sequence
from typing import Any, Literal, Protocol
from uuid import UUID

from pipeline_core.domain.ids import DocumentId

PoolType = Literal["process", "docker", "kubernetes"]
"""Environment in which workers run flows."""


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

    def request(self, document_ids: Sequence[DocumentId], *, key: str | None = None) -> list[UUID]:
        """Ask for runs on these documents, and return at once where others do the work.

        Args:
            key: Asking again with the same key starts nothing twice.

        Returns:
            The ids of the runs; none if the work was done here, by the time this returns.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer; the jobs stay queued.
        """
        ...

    def run(self, entrypoint: str, **parameters: Any) -> None:
        """Run another flow, named by ``module.function``, and return when it has ended.

        Raises:
            ServiceUnavailableError: the orchestrator did not answer.
        """
        ...

    def ui_url(self) -> str | None:
        """Returns the URL where people can watch runs, if it is up."""
        ...

    def close(self) -> None:
        """Stop what this launcher started."""
        ...
