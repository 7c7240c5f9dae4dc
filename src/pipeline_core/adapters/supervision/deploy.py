"""The work pool, if there is none, every deployment of ``prefect.yaml``, and the run by an event.

Run as a process, as Prefect is heavy.
"""

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline_core.adapters import prefect_login
from pipeline_core.domain.errors import ConfigurationError, ServiceUnavailableError
from pipeline_core.machine import private_files
from pipeline_core.ports.launcher import PoolType

if TYPE_CHECKING:
    from prefect.client.orchestration import SyncPrefectClient

POOL = "pipeline"
_TIMEOUT_S = 180
_MADE = "MADE: "
"""Begins the last line of the process, with what it made."""
_NO_SERVER, _AWAY, _OTHER_TYPE, _REFUSED = 70, 71, 72, 73
_RETIRED = (("process-queue/process-queue", "every-minute"),)
"""Schedules of earlier versions, by deployment and slug: Prefect keeps those that ``prefect.yaml`` no longer names."""
_SHIPPED = Path(__file__).parents[2] / "_deploy"
_REPOSITORY = Path(__file__).parents[4]


class Deployments(NamedTuple):
    """Deployments on the server now, and those of them that are new."""

    api_url: str
    pool: str
    pool_type: str
    pool_is_new: bool
    new: list[str]
    updated: list[str]


def folder() -> Path:
    """Return the folder of ``prefect.yaml``: in the installed package, or in the repository."""
    return _SHIPPED if _SHIPPED.is_dir() else _REPOSITORY


def deploy(environment: Mapping[str, str], pool_type: PoolType = "process") -> Deployments:
    """Make the pool, the deployments and the automation on the server that the environment names; about 7 seconds.

    Done again, it brings them up to date. A pool that is there is kept as whoever made it wants it.

    Raises:
        ConfigurationError: no server is named, the pool is of another type, or Prefect refuses; with its last words.
        ServiceUnavailableError: the server does not answer as a Prefect server.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, pool_type], env=dict(environment), cwd=folder(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_TIMEOUT_S, check=False,
            umask=private_files.UMASK,
        )  # fmt: skip
        code, words = done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        code, words = 1, f"it did not end within {_TIMEOUT_S} s"
    if code:
        raise _error(code, words, environment.get("PREFECT_API_URL"))
    return Deployments(**json.loads(words.rpartition(_MADE)[2]))


def _error(code: int, words: str, api_url: str | None) -> ConfigurationError | ServiceUnavailableError:
    lines = [line.strip() for line in words.strip().splitlines()] or ["it said nothing"]
    if code == _NO_SERVER:
        return ConfigurationError(
            "No Prefect server is named.",
            action="Set PREFECT_API_URL to a server that runs, such as http://127.0.0.1:4200/api after "
            "`prefect server start`. On one machine `pipeline up` starts server, deployments and workers together.",
        )
    if code == _AWAY:
        return ServiceUnavailableError(
            f"The Prefect server does not answer: {lines[-1]}",
            where=api_url,
            action="Start it (`prefect server start`), or correct PREFECT_API_URL, which ends in /api; then try again.",
        )
    if code == _REFUSED:
        return prefect_login.refused(int(lines[-1]), str(api_url))
    if code == _OTHER_TYPE:
        return ConfigurationError(
            lines[-1],
            where=api_url,
            action=f"Name its own type with --pool-type; for another, `prefect work-pool delete {POOL}` first.",
        )
    return ConfigurationError(
        f"The deployments could not be made: {' | '.join(lines[-3:])}",
        where=api_url,
        action="Check the Prefect server and its log, then try again.",
    )


def main(pool_type: str) -> None:
    from prefect.client.orchestration import get_client
    from prefect.settings import get_current_settings

    api_url = get_current_settings().api.url
    if not api_url:
        # Prefect would start a server for this moment, and all that is made would go with it
        sys.exit(_NO_SERVER)
    with get_client(sync_client=True) as client:
        _ask(client)
        pool_is_new = _make_pool(client, pool_type)
        before = _deployed(client)
    os.chdir(folder())
    _as_typed("prefect", "--no-prompt", "deploy", "--all")
    # the run of the queue by an event; alerts need an address, which only people know
    runpy.run_path(str(folder() / "deployments" / "automations.py"))["main"]([])
    with get_client(sync_client=True) as client:
        _remove_retired(client)
        now = _deployed(client)
    made = Deployments(str(api_url), POOL, pool_type, pool_is_new, sorted(now - before), sorted(now & before))
    print(f"{_MADE}{json.dumps(made._asdict())}")


def _ask(client: "SyncPrefectClient") -> None:
    """End the process unless a Prefect server answers."""
    import httpx

    try:
        if failed := client.api_healthcheck():
            raise failed
        # any web server may answer the first; this is JSON
        client.api_version()
    except Exception as error:
        if isinstance(error, httpx.HTTPStatusError) and error.response.status_code in prefect_login.REFUSED:
            print(error.response.status_code)
            sys.exit(_REFUSED)
        # the rest is the whole answer, and advice for programmers
        print(str(error).splitlines()[0].partition(" - ")[0])
        sys.exit(_AWAY)


def _make_pool(client: "SyncPrefectClient", pool_type: str) -> bool:
    """Make the pool if there is none; return whether it was made."""
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists

    template = json.loads((folder() / "deployments" / "pools" / f"{pool_type}.json").read_text())
    with suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=POOL, type=pool_type, base_job_template=template))
        return True
    there = client.read_work_pool(POOL).type
    if there != pool_type:
        print(f"The work pool {POOL} already exists with the type {there}, not {pool_type}.")
        sys.exit(_OTHER_TYPE)
    return False


def _remove_retired(client: "SyncPrefectClient") -> None:
    for name, slug in _RETIRED:
        deployment = client.read_deployment_by_name(name)
        for schedule in deployment.schedules:
            if schedule.slug == slug:
                client.delete_deployment_schedule(deployment.id, schedule.id)


def _deployed(client: "SyncPrefectClient") -> set[str]:
    """Names of the pool's deployments."""
    from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName

    in_pool: Any = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    return {deployment.name for deployment in client.read_deployments(work_pool_filter=in_pool)}


def _as_typed(module: str, *arguments: str) -> None:
    """Run a module as a program; what it exits with, other than success, ends this process, too."""
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            raise


if __name__ == "__main__":
    main(sys.argv[1])
