"""Imported by the process that commands are forked from: loads what takes long and depends on nothing of theirs.

Prefect reads settings and sets up logging when it is first imported. Each fork meets that moment as any process does:
until it imports Prefect it has none, and then the loaded modules read its own environment.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

from pipeline_core.domain.languages import guess_language

_PREFECT = ("prefect.flows", "prefect.flow_engine", "prefect.task_engine", "prefect.events.worker")


class _SetAside(MetaPathFinder, Loader):
    """Gives the modules of Prefect back to whoever imports it first."""

    def __init__(self) -> None:
        names = [name for name in sys.modules if name.partition(".")[0] == "prefect"]
        self._modules = {name: sys.modules.pop(name) for name in names}
        self._spec = self._modules["prefect"].__spec__

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
        /,
    ) -> ModuleSpec | None:
        if fullname != "prefect":
            return None
        sys.meta_path.remove(self)
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._modules["prefect"]

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec
        sys.modules.update(self._modules)
        # what Prefect itself does while it is imported
        self._modules["prefect.context"].refresh_global_settings_context()
        self._modules["prefect.logging.configuration"].setup_logging(incremental=False)


def _load() -> None:
    guess_language("This loads the model that tells languages apart.")
    os.environ["DO_NOT_TRACK"] = "1"
    for name in _PREFECT:
        import_module(name)
    sys.meta_path.insert(0, _SetAside())


_load()
