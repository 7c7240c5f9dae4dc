"""Settings in, wired services out: the only place that knows which adapter serves which port."""

import threading
from collections.abc import Callable
from functools import cache

from pipeline_core import logs, prefect_records
from pipeline_core.bootstrap.maintenance import Maintenance
from pipeline_core.bootstrap.users import UserServices
from pipeline_core.settings import load_settings

__all__ = ["Pipeline", "UserServices", "pipeline", "pipeline_with"]


class Pipeline(Maintenance):
    """Everything, wired on first use. Any adapter can be given instead, as tests do."""


class _OfThisProcess:
    """``functools.cache`` for one value, whichever thread asks first: its own lets two make one each."""

    def __init__(self, make: Callable[[], Pipeline]) -> None:
        self._lock, self._cached = threading.Lock(), cache(make)
        self.__doc__ = make.__doc__

    def __call__(self) -> Pipeline:
        with self._lock:
            return self._cached()

    def __reduce__(self) -> str:
        """Pickled by name: in another process it is that process's own."""
        return "pipeline"

    def cache_clear(self) -> None:
        """Wire anew at next use; the pipeline so far is its users' to close."""
        self._cached.cache_clear()


@_OfThisProcess
def pipeline() -> Pipeline:
    """The pipeline of this process, wired from the environment. Tasks and the command line share it."""
    settings = load_settings()
    made = Pipeline(settings)
    prefect_records.install()
    logs.configure_if_nobody_has(made.home / "logs", settings.logs_kept)
    return made


def pipeline_with(**overrides: object) -> Pipeline:
    """A pipeline of its own, wired from the environment but for these settings."""
    return Pipeline(load_settings(**overrides))
