"""Requests to a Prefect server by its REST API.

Without Prefect's client: importing that takes a second and tens of megabytes, in a process that makes a few kinds of
requests. https://docs.prefect.io/v3/api-ref/rest-api
"""

import time
from collections.abc import Mapping
from typing import Any

import httpx

from pipeline_core.adapters import prefect_login
from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError

_TIMEOUT_S = 10.0
_HEALTH_TIMEOUT_S = 2.0
_BUSY_WAITS_S = (0.2, 1.0)
"""Between tries where the server's database is locked (503): what it answers so, it has not done."""


class PrefectApi:
    """The server of an API URL, asked about one deployment (``flow/deployment``)."""

    def __init__(self, api_url: str, deployment: str, headers: Mapping[str, str] | None = None) -> None:
        self._deployment = deployment
        self._client = httpx.Client(base_url=api_url.rstrip("/"), headers=dict(headers or {}), timeout=_TIMEOUT_S)

    def deployment(self) -> dict[str, Any]:
        """Return the deployment as the server describes it.

        Raises:
            ServiceUnavailableError, ConfigurationError: as ``call``.
        """
        found: dict[str, Any] = self.call("GET", f"/deployments/name/{self._deployment}")
        return found

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Make a request; return the JSON that answers it.

        Raises:
            ServiceUnavailableError: the server did not answer, or failed.
            ConfigurationError: it has no such deployment, or refuses us.
        """
        where = str(self._client.base_url)
        try:
            answer = self._patiently(method, path, **more)
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

    def is_up(self) -> bool:
        """Return whether the server answers, within two seconds."""
        try:
            return self._client.get("/health", timeout=_HEALTH_TIMEOUT_S).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _patiently(self, method: str, path: str, **more: Any) -> httpx.Response:
        for wait_s in _BUSY_WAITS_S:
            answer = self._client.request(method, path, **more)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            time.sleep(wait_s)
        return self._client.request(method, path, **more)
