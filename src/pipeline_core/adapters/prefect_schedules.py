"""Schedules of sources on the deployment ``sync-source`` of a Prefect server, one a source, by its id."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pipeline_core.adapters.prefect_api import PrefectApi
from pipeline_core.domain.ids import RealmId, SourceId
from pipeline_core.ports.source_schedules import SourceSchedule

SYNC_DEPLOYMENT = "sync-source/sync-source"
_SLUG = "source-"
"""Begins the names of schedules that are ours; people may make others."""


class PrefectSchedules:
    def __init__(
        self, api_url: str, *, headers: Mapping[str, str] | None = None, deployment: str = SYNC_DEPLOYMENT
    ) -> None:
        self._api = PrefectApi(api_url, deployment, headers)

    def put(self, schedule: SourceSchedule) -> None:
        deployment = self._api.deployment()
        slug, wanted = _wanted(schedule)
        self._put(deployment["id"], slug, wanted, _ours(deployment).get(slug))

    def remove(self, source_id: SourceId) -> None:
        deployment = self._api.deployment()
        if found := _ours(deployment).get(f"{_SLUG}{source_id}"):
            self._remove(deployment["id"], found)

    def ask(self, source_id: SourceId, realm_id: RealmId) -> UUID:
        body = {"state": {"type": "SCHEDULED"}, "parameters": _parameters(source_id, realm_id)}
        return UUID(
            self._api.call("POST", f"/deployments/{self._api.deployment()['id']}/create_flow_run", json=body)["id"]
        )

    def mend(self, schedules: Sequence[SourceSchedule]) -> int:
        deployment = self._api.deployment()
        there, wanted = _ours(deployment), dict(map(_wanted, schedules))
        changed = sum(self._put(deployment["id"], slug, one, there.get(slug)) for slug, one in wanted.items())
        surplus = [found for slug, found in there.items() if slug not in wanted]
        for found in surplus:
            self._remove(deployment["id"], found)
        return changed + len(surplus)

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _put(self, deployment_id: str, slug: str, wanted: Mapping[str, Any], found: Mapping[str, Any] | None) -> bool:
        """Make or change it; returns whether that was needed. What has not changed keeps its times."""
        path = f"/deployments/{deployment_id}/schedules"
        if found is None:
            self._api.call("POST", path, json=[{"slug": slug, **wanted}])
            return True
        if _as_there(found) == wanted:
            return False
        self._api.call("PATCH", f"{path}/{found['id']}", json=wanted)
        return True

    def _remove(self, deployment_id: str, found: Mapping[str, Any]) -> None:
        self._api.call("DELETE", f"/deployments/{deployment_id}/schedules/{found['id']}")


def _wanted(schedule: SourceSchedule) -> tuple[str, dict[str, Any]]:
    return f"{_SLUG}{schedule.source_id}", {
        "active": not schedule.is_paused,
        "schedule": {"interval": schedule.every.total_seconds()},
        "parameters": _parameters(schedule.source_id, schedule.realm_id),
    }


def _parameters(source_id: SourceId, realm_id: RealmId) -> dict[str, str]:
    return {"source": str(source_id), "realm": str(realm_id)}


def _as_there(found: Mapping[str, Any]) -> dict[str, Any]:
    interval = found["schedule"].get("interval")
    return {"active": found["active"], "schedule": {"interval": interval}, "parameters": found["parameters"]}


def _ours(deployment: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["slug"]: one for one in deployment["schedules"] if (one["slug"] or "").startswith(_SLUG)}
