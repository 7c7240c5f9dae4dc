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

from pipeline_core.domain.errors import ConfigurationError

POOL = "pipeline"
_TIMEOUT_S = 180
_SHIPPED = Path(__file__).parents[2] / "_deploy"
_REPOSITORY = Path(__file__).parents[4]


def folder() -> Path:
    """Where ``prefect.yaml`` is: in the installed package, or in the repository."""
    return _SHIPPED if _SHIPPED.is_dir() else _REPOSITORY


def deploy(environment: Mapping[str, str]) -> None:
    """Make the pool, the deployments and the automation on the server that the environment names; about 7 seconds.

    Raises:
        ConfigurationError: Prefect refuses; the message has its last words.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__], env=dict(environment), cwd=folder(), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
        code, words = done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        code, words = 1, f"it did not end within {_TIMEOUT_S} s"
    if code:
        last = " | ".join(line.strip() for line in words.strip().splitlines()[-3:])
        raise ConfigurationError(
            f"The deployments could not be made: {last}",
            where=environment.get("PREFECT_API_URL"),
            action="Look at the Prefect server and at prefect.yaml; `prefect --no-prompt deploy --all` shows it all.",
        )


def main() -> None:
    from prefect.client.orchestration import get_client
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists

    template = json.loads((folder() / "deployments" / "pools" / "process.json").read_text())
    # a pool that is there is as whoever made it wants it
    with get_client(sync_client=True) as client, suppress(ObjectAlreadyExists):
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
    os.chdir(folder())
    _as_typed("prefect", "--no-prompt", "deploy", "--all")
    # the run of the queue by an event; alerts need an address, which only people know
    runpy.run_path(str(folder() / "deployments" / "automations.py"))["main"]([])


def _as_typed(module: str, *arguments: str) -> None:
    """Run a module as a program; what it exits with, other than success, ends this process, too."""
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__")
    except SystemExit as ended:
        if ended.code:
            raise


if __name__ == "__main__":
    main()
