"""``python -m pipeline_core`` without seconds of imports: forked from a process that has the libraries loaded.

The fork gets the environment, folder and outputs of a process of its own, and runs the same module as ``__main__``, or
a script as ``python -c`` would.
Flows and tasks, which read settings when they are imported, are not loaded beforehand; Prefect is, as if it were not.
"""

import atexit
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "pytest", "pipeline_core.bootstrap", "pipeline_core.client", "pipeline_core.cli.app", "anyio", "asyncpg",
        "cachetools", "cloudpickle", "cryptography", "dateutil", "dateparser", "fastapi", "fsspec", "griffe", "httpx",
        "jinja2", "jsonpatch", "jsonschema", "orjson", "pydantic_settings", "rich", "ruamel.yaml", "sqlalchemy.orm",
        "websockets.asyncio.client", "tests.e2e.preloaded",
    ]
)  # fmt: skip


_PIPELINE = "import runpy; runpy.run_module('pipeline_core', run_name='__main__', alter_sys=True)"


def _become(
    script: str, arguments: Sequence[str], environment: Mapping[str, str], folder: str, outputs: Sequence[str]
) -> None:
    """In the fork: run the script with the arguments, to its end."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, output in enumerate(outputs, 1):
        opened = os.open(output, os.O_WRONLY | os.O_APPEND)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = ["pipeline", *arguments]
    try:
        exec(script, {"__name__": "__main__"})
    finally:
        # as at the end of any interpreter; multiprocessing leaves it out
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()


class Prestarted:
    """What the tests need of ``subprocess.Popen``."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, *, script: str = _PIPELINE
    ) -> None:
        self._outputs = tempfile.TemporaryDirectory(prefix="pipeline-said-", ignore_cleanup_errors=True)
        names = [str(self._output(number)) for number in (1, 2)]
        for name in names:
            Path(name).touch()
        given = (script, list(arguments), dict(environment), str(folder), names)
        self._process = _FORKS.Process(target=_become, args=given)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code.

        Raises:
            subprocess.TimeoutExpired: it still runs after so many seconds.
        """
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired("pipeline", timeout or 0)
        return code

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait, then all that it wrote to its standard output and error."""
        self.wait(timeout)
        return self._output(1).read_text("utf-8"), self._output(2).read_text("utf-8")

    def _output(self, number: int) -> Path:
        return Path(self._outputs.name) / str(number)

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
