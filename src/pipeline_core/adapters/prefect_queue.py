"""Runs of a deployment (``process-queue``, ``deliver-webhooks``), asked for at a Prefect server by its REST API.

Without Prefect's client: importing that takes a second and tens of megabytes, in a process that makes three kinds of
requests. https://docs.prefect.io/v3/api-ref/rest-api
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from pipeline_core.adapters import prefect_login
from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError

QUEUE_DEPLOYMENT = "process-queue/process-queue"
"""``flow/deployment``, as ``pipeline deploy`` makes it."""
WEBHOOK_DEPLOYMENT = "deliver-webhooks/deliver-webhooks"
UPLOAD = "pipeline.upload"
"""``deployments/automations.py`` lets it start a run of the queue."""
_TIMEOUT_S = 10.0
_HEALTH_TIMEOUT_S = 2.0


class PrefectQueueRuns:
    """Asks the server of ``PREFECT_API_URL``; the answer to who it is stays the environment's own."""

    def __init__(
        self, api_url: str, *, headers: Mapping[str, str] | None = None, deployment: str = QUEUE_DEPLOYMENT
    ) -> None:
        self._deployment = deployment
        self._client = httpx.Client(base_url=api_url.rstrip("/"), headers=dict(headers or {}), timeout=_TIMEOUT_S)

    def ask(self) -> None:
        found = self._call("GET", f"/deployments/name/{self._deployment}")
        self._call("POST", f"/deployments/{found['id']}/create_flow_run", json={"state": {"type": "SCHEDULED"}})

    def tell_of_uploads(self, count: int) -> None:
        event = {
            "id": str(uuid4()), "event": UPLOAD, "occurred": datetime.now(UTC).isoformat(),
            "resource": {"prefect.resource.id": "pipeline.queue"}, "payload": {"documents": count},
        }  # fmt: skip
        self._call("POST", "/events", json=[event])

    def is_up(self) -> bool:
        try:
            return self._client.get("/health", timeout=_HEALTH_TIMEOUT_S).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _call(self, method: str, path: str, **more: Any) -> Any:
        where = str(self._client.base_url)
        try:
            answer = self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise ServiceUnavailableError(f"Prefect does not answer: {type(error).__name__}.", where=where) from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise ConfigurationError(
                f"The Prefect server has no deployment {self._deployment}.",
                where=where,
                action="Deploy the flows to it: `pipeline deploy`.",
            )
        if answer.status_code in prefect_login.REFUSED:
            raise prefect_login.refused(answer.status_code, where)
        if not answer.is_success:
            raise ServiceUnavailableError(f"Prefect answered {answer.status_code}.", where=where)
        return answer.json() if answer.content else None
