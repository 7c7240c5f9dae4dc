"""Names that a Prefect server of others keeps: runs are renamed by its API, and what that does not reach is said."""

import os
import uuid

import httpx

from pipeline_core.adapters.prefect_database import PrefectOfOthers
from pipeline_core.adapters.prefect_login import headers

NAME = "quibberwick_Ünal-&co.md"


def test_runs_that_are_called_after_a_document_are_renamed(prefect_api_url: str) -> None:
    login = headers(os.environ)
    with httpx.Client(base_url=prefect_api_url, headers=login) as client:
        flow = client.post("flows/", json={"name": f"erasing-{uuid.uuid4().hex[:8]}"}).raise_for_status().json()
        run = {"flow_id": flow["id"], "state": {"type": "SCHEDULED"}}
        named, other = (
            client.post("flow_runs/", json={**run, "name": name}).raise_for_status().json()["id"]
            for name in (f"{NAME} + 3 more", "b.md")
        )
        server = PrefectOfOthers(prefect_api_url, login)
        assert server.search(NAME) == {"names of flow runs": 1}
        assert server.erase([NAME], []) == 1
        assert server.erase([NAME], []) == 0
        assert server.search(NAME) == {}
        assert client.get(f"flow_runs/{named}").json()["name"] == "[was erased] + 3 more"
        assert client.get(f"flow_runs/{other}").json()["name"] == "b.md"
        assert any("artifacts" in told for told in server.not_searched())
