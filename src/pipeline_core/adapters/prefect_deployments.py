"""Starting work by asking a Prefect server for runs of the deployments: workers do it, here or elsewhere."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pipeline_core.adapters import prefect_login
from pipeline_core.adapters.prefect_launcher import reaching_prefect
from pipeline_core.adapters.prefect_pages import run_page
from pipeline_core.domain.errors import ConfigurationError, UnexpectedError
from pipeline_core.domain.ids import DocumentId
from pipeline_core.settings import Settings

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient
    from prefect.client.schemas.objects import State

_FLOW = "process-document"
_FIRST_POLL_S, _LONGEST_POLL_S = 0.1, 1.0
_BY_AN_ERROR = "Flow run encountered an exception"
"""Begins the message of a state that Prefect made of an error. A flow's own account of what failed has other words."""


class DeploymentLauncher:
    """Runs of ``process-document`` and the others, by the deployments that ``pipeline deploy`` made."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is asked yet.

        Raises:
            ConfigurationError: there is no ``PREFECT_API_URL``.
        """
        url = os.environ.get("PREFECT_API_URL")
        if not url:
            raise ConfigurationError(
                "Work is to run in deployments, but no Prefect server is configured.",
                action="Set PREFECT_API_URL, or UPLOAD_PIPELINE_LAUNCH=here.",
            )
        self._api_url, self._settings = url, settings

    def start(self) -> None:
        """Nothing is to be started: workers run on their own."""

    def wait(self) -> None:
        """Return when the server answers and has the deployment.

        Raises:
            ServiceUnavailableError, ConfigurationError
        """
        with self._client() as client:
            self._deployment(client, _FLOW)

    def request(self, document_ids: Sequence[DocumentId], *, key: str | None = None) -> list[UUID]:
        """Ask for a run for each ``batch_size`` documents, and return at once."""
        size = self._settings.batch_size
        batches = [document_ids[start : start + size] for start in range(0, len(document_ids), size)]
        if not batches:
            return []
        with self._client() as client:
            deployment_id = self._deployment(client, _FLOW)
            return [
                self._ask(
                    client, deployment_id, {"document_ids": [str(d) for d in batch]}, f"{key}-{n}" if key else None
                )
                for n, batch in enumerate(batches)
            ]

    def process(self, document_ids: Sequence[DocumentId]) -> None:
        """Ask, and return when the runs have ended."""
        self._finish(self.request(document_ids))

    def run(self, entrypoint: str, **parameters: Any) -> None:
        """Run the deployment of the flow ``module.function``, and return when the run has ended.

        Raises:
            UnexpectedError: an error ended it; the message has its words, and where its log is.
        """
        name = entrypoint.rpartition(".")[2].replace("_", "-")
        given = {key: str(value) if isinstance(value, UUID) else value for key, value in parameters.items()}
        with self._client() as client:
            flow_run_id = self._ask(client, self._deployment(client, name), given, None)
        raise_for(self._finish([flow_run_id])[flow_run_id], name, where=run_page(self.ui_url() or "", flow_run_id))

    def ui_url(self) -> str | None:
        return self._api_url.removesuffix("/api")

    def close(self) -> None:
        """Nothing was started."""

    def _ask(
        self, client: "SyncPrefectClient", deployment_id: UUID, parameters: dict[str, Any], key: str | None
    ) -> UUID:
        run = client.create_flow_run_from_deployment(deployment_id, parameters=parameters, idempotency_key=key)
        return run.id

    def _deployment(self, client: "SyncPrefectClient", name: str) -> UUID:
        from prefect.exceptions import ObjectNotFound

        try:
            return client.read_deployment_by_name(f"{name}/{name}").id
        except ObjectNotFound:
            raise ConfigurationError(
                f"The Prefect server has no deployment {name}.",
                where=self._api_url,
                action="`pipeline deploy` makes them; deployments/README.md.",
            ) from None

    def _finish(self, flow_run_ids: Sequence[UUID]) -> dict[UUID, "State"]:
        """Return the states in which the runs ended. Where each document came to rest is in the database."""
        ended: dict[UUID, State] = {}
        began = time.monotonic()
        while waiting := [flow_run_id for flow_run_id in flow_run_ids if flow_run_id not in ended]:
            with self._client() as client:
                states = {flow_run_id: client.read_flow_run(flow_run_id).state for flow_run_id in waiting}
            ended |= {flow_run_id: state for flow_run_id, state in states.items() if state and state.is_final()}
            if len(ended) < len(flow_run_ids):
                time.sleep(min(_LONGEST_POLL_S, max(_FIRST_POLL_S, (time.monotonic() - began) / 10)))
        return ended

    @contextmanager
    def _client(self) -> Iterator["SyncPrefectClient"]:
        """A client of this server; what goes wrong on the way there is the pipeline's own error."""
        # Prefect takes a second to import: only who asks waits for it
        from prefect.client.orchestration import get_client
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

        connect: Callable[..., Any] = get_client
        server: dict[Any, Any] = {PREFECT_API_URL: self._api_url}
        if login := prefect_login.for_the_server_of(os.environ, self._settings.home):
            server[PREFECT_API_AUTH_STRING] = login
        with (
            reaching_prefect("The jobs stay queued: request them again, or let process-queue take them."),
            temporary_settings(server),
            connect(sync_client=True) as client,
        ):
            yield client


def raise_for(state: "State", name: str, *, where: str) -> None:
    """Raise what ended a run of this deployment, if an error, a signal or a person did."""
    message = state.message or ""
    if state.is_crashed() or state.is_cancelled() or (state.is_failed() and message.startswith(_BY_AN_ERROR)):
        raise UnexpectedError(
            f"The run of {name} ended as {state.name}. {message}".strip(),
            where=where,
            action="Its log is there; completed work is kept, and the same command continues from there.",
        )
