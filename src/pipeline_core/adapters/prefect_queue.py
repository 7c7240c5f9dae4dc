"""Runs of a deployment (``process-queue``, ``deliver-webhooks``), asked for at a Prefect server."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from pipeline_core.adapters.prefect_api import PrefectApi
from pipeline_core.ports.queue_runs import RunsSeen

QUEUE_DEPLOYMENT = "process-queue/process-queue"
"""``flow/deployment``, as ``pipeline deploy`` makes it."""
WEBHOOK_DEPLOYMENT = "deliver-webhooks/deliver-webhooks"
UPLOAD = "pipeline.upload"
"""Others' programs send it to have the queue worked on (``deployments/automations.py``)."""
OURSELVES = "pipeline.queue"
"""The resource of the events that are ours: they come beside a run that was asked for, and start none."""
_WAITING, _RUNNING = ("SCHEDULED",), ("PENDING", "RUNNING", "CANCELLING")
_UNDER_WAY = {"type": {"any_": [*_WAITING, *_RUNNING]}}
_BY_NAME = "process-document"
"""The deployment whose runs name their documents."""
_TAKES_S = 30.0
"""Within which they have taken them."""
_MOST_RUNS = 200
"""Limit of the runs that are counted; Prefect returns no more."""
_OF_KEY = 5
_OF_SCHEDULE = "scheduled "
"""Begins the idempotency keys of Prefect's own scheduler."""
_TAG = "document-pipeline"
"""Of every deployment of ``prefect.yaml``."""
_LATE = timedelta(minutes=2)
"""After which a run of a schedule is not about to be taken."""
_OF_PROCESSES = "process"
"""The kind of work pool whose workers run what they take on their own machine."""
_PREFETCH = timedelta(seconds=10)
"""Workers take a run so long before its time."""


class PrefectQueueRuns:
    """Asks the server of ``PREFECT_API_URL``; the answer to who it is stays the environment's own."""

    def __init__(
        self, api_url: str, *, headers: Mapping[str, str] | None = None, deployment: str = QUEUE_DEPLOYMENT
    ) -> None:
        self._kinds: dict[str, str] = {}
        """Of work pools, which do not change it."""
        self._api = PrefectApi(api_url, deployment, headers)

    def ask(self) -> None:
        seen = self.seen()
        if not (seen.waiting or seen.running):
            self.ask_beside(seen)

    def seen(self) -> RunsSeen:
        deployment = self._api.deployment()
        of_queue = {"id": {"any_": [deployment["id"]]}}
        present = self._runs(of_queue, state=_UNDER_WAY)
        running = sum(run["state_type"] in _RUNNING for run in present)
        limit = deployment.get("global_concurrency_limit")
        if limit and limit["active"]:
            # a run that was lost with its machine runs for ever by its state; its place comes free
            running = min(running, limit["active_slots"])
        # of several, as one whose time is still to come stays the newest for a while
        newest = " ".join(run["id"] for run in self._runs(of_queue, limit=_OF_KEY))
        return RunsSeen(
            waiting=sum(run["state_type"] in _WAITING for run in present),
            running=running,
            youngest_s=min((_age_s(run) for run in present if run["state_type"] in _RUNNING), default=0.0),
            places=limit["limit"] if limit and limit["active"] else None,
            booked=self._booked(),
            workers=self._workers(deployment["work_pool_name"]),
            # a key is the flow's, of which there may have been other deployments
            key=sha256(f"{deployment['id']} after {newest}".encode()).hexdigest(),
        )

    def ask_beside(self, seen: RunsSeen) -> None:
        found = self._api.deployment()
        body = {"state": {"type": "SCHEDULED"}, "idempotency_key": seen.key}
        self._api.call("POST", f"/deployments/{found['id']}/create_flow_run", json=body)

    def _booked(self) -> int:
        """Count the documents that wait for runs of ``process-document``, until those have had time to take them."""
        runs = self._runs({"name": {"any_": [_BY_NAME]}}, state=_UNDER_WAY)
        return sum(len(run["parameters"].get("document_ids", ())) for run in runs if _age_s(run) < _TAKES_S)

    def _runs(self, deployments: Mapping[str, Any], *, limit: int = _MOST_RUNS, **of_run: Any) -> list[dict[str, Any]]:
        """Runs that should have begun by now, the newest first; not those of the schedule's future."""
        by_now = {"before_": (datetime.now(UTC) + _PREFETCH).isoformat()}
        asked = {
            "deployments": dict(deployments), "flow_runs": {"expected_start_time": by_now, **of_run},
            "sort": "EXPECTED_START_TIME_DESC", "limit": limit,
        }  # fmt: skip
        found: list[dict[str, Any]] = self._api.call("POST", "/flow_runs/filter", json=asked)
        return found

    def _workers(self, pool: str | None) -> int:
        """Count the workers that take runs; any number where each run has a machine of its own."""
        if pool is None:
            return 1
        if pool not in self._kinds:
            self._kinds[pool] = self._api.call("GET", f"/work_pools/{pool}")["type"]
        if self._kinds[pool] != _OF_PROCESSES:
            return _MOST_RUNS
        online = {"workers": {"status": {"any_": ["ONLINE"]}}, "limit": _MOST_RUNS}
        return len(self._api.call("POST", f"/work_pools/{pool}/workers/filter", json=online))

    def tidy(self) -> int:
        late = (datetime.now(UTC) - _LATE).isoformat()
        asked = {
            "deployments": {"tags": {"all_": [_TAG]}}, "sort": "EXPECTED_START_TIME_DESC", "limit": _MOST_RUNS,
            "flow_runs": {"state": {"type": {"any_": [*_WAITING]}}, "expected_start_time": {"before_": late}},
        }  # fmt: skip
        of_schedules = [
            run
            for run in self._api.call("POST", "/flow_runs/filter", json=asked)
            if (run["idempotency_key"] or "").startswith(_OF_SCHEDULE)
        ]
        newest = {_of_schedule(run): run["id"] for run in reversed(of_schedules)}
        surplus = [run["id"] for run in of_schedules if newest[_of_schedule(run)] != run["id"]]
        for flow_run_id in surplus:
            self._api.call("DELETE", f"/flow_runs/{flow_run_id}")
        return len(surplus)

    def tell_of_uploads(self, count: int) -> None:
        event = {
            "id": str(uuid4()), "event": UPLOAD, "occurred": datetime.now(UTC).isoformat(),
            "resource": {"prefect.resource.id": OURSELVES}, "payload": {"documents": count},
        }  # fmt: skip
        self._api.call("POST", "/events", json=[event])

    def is_up(self) -> bool:
        return self._api.is_up()

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def _of_schedule(run: Mapping[str, Any]) -> tuple[str, str]:
    """The deployment, and the source of those whose schedules have one each."""
    return run["deployment_id"], str(run["parameters"].get("source", ""))


def _age_s(run: Mapping[str, Any]) -> float:
    """Since when it runs or, before its process has begun, since when it should; by this machine's clock."""
    begun = datetime.fromisoformat(run["start_time"] or run["expected_start_time"])
    return max(0.0, (datetime.now(UTC) - begun).total_seconds())
