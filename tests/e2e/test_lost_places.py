"""A run that is lost while its server restarts does not hold its deployment's place for ever."""

import time
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from pipeline_core.adapters.prefect_launcher import PrefectLauncher
from pipeline_core.settings import load_settings
from tests.e2e.conftest import asking
from tests.support.servers import wait_until


class Server:
    """A home's own Prefect server, with a deployment of which one run may be under way."""

    def __init__(self, launcher: PrefectLauncher) -> None:
        self.launcher = launcher
        launcher.keep()
        flow = self.post("flows/", name="waits")
        body = {"name": "alone", "flow_id": flow["id"], "concurrency_limit": 1}
        self.deployment = self.post("deployments/", **body, concurrency_options={"collision_strategy": "CANCEL_NEW"})

    def post(self, path: str, **body: object) -> dict[str, object]:
        with asking(self.launcher.api_url, self.launcher.login) as client:
            answer: dict[str, object] = client.post(f"/{path}", json=body).json()
        return answer

    def begun(self) -> bool:
        """Whether a new run gets the place."""
        run = self.post(f"deployments/{self.deployment['id']}/create_flow_run", idempotency_key=str(uuid4()))
        self.post(f"flow_runs/{run['id']}/set_state", state={"type": "PENDING"})
        with asking(self.launcher.api_url, self.launcher.login) as client:
            state = client.get(f"/flow_runs/{run['id']}").json()["state_type"]
        return bool(state == "PENDING")

    def restart(self) -> None:
        pid = int((self.launcher._home / "server").read_text().split()[0])
        psutil.Process(pid).kill()
        assert wait_until(lambda: not self.launcher.runs(), 20)
        self.launcher.keep()


@pytest.mark.chaos
def test_a_lost_run_gives_its_place_back_after_its_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_SERVER_CONCURRENCY_INITIAL_DEPLOYMENT_LEASE_DURATION", "30")
    launcher = PrefectLauncher(load_settings(home=tmp_path, prefect_port=4395))
    try:
        server = Server(launcher)
        assert server.begun()
        assert not server.begun()
        server.restart()
        assert not server.begun(), "the run may live still"
        assert any(time.sleep(3) or server.begun() for _ in range(25))
    finally:
        launcher.close()
