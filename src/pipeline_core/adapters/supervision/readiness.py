"""Checks that a started process does by now what users are told."""

from collections.abc import Mapping

import httpx

from pipeline_core.adapters import prefect_login
from pipeline_core.machine.processes import listens

_TIMEOUT_S = 2.0
_EVERY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}
"""Hosts that stand for every address, and where they are asked on this machine."""


def serves(pid: int, host: str, port: int) -> bool:
    """Return whether this process, and no other that has the port already, answers requests there."""
    host = host.strip("[]")
    asked = _EVERY.get(host, host)
    where = f"[{asked}]" if ":" in asked else asked
    if not listens(pid, port):
        return False
    try:
        # any answer will do: this host may be none that it serves
        httpx.get(f"http://{where}:{port}/health", timeout=_TIMEOUT_S, trust_env=False)
    except httpx.HTTPError:
        return False
    return True


def takes_runs(environment: Mapping[str, str], pool: str, worker: str) -> bool:
    """Return whether the Prefect server of this environment knows the worker as one that is online."""
    url = f"{environment['PREFECT_API_URL'].rstrip('/')}/work_pools/{pool}/workers/filter"
    wanted = {"workers": {"status": {"any_": ["ONLINE"]}}}
    try:
        answer = httpx.post(url, json=wanted, headers=prefect_login.headers(environment), timeout=_TIMEOUT_S)
        return answer.is_success and any(row["name"] == worker for row in answer.json())
    except (httpx.HTTPError, ValueError):
        return False
