"""A multiprocessing context whose children do not import the parent's ``__main__``.

``spawn`` re-runs the parent's main module in every child: a slow start when that is a whole command line or
flow runner, and a failure when it is a script without an ``if __name__ == "__main__"`` guard or comes from
standard input. Our workers need nothing from it. (``fork`` is no choice: the parent has threads.)
"""

import io
import os
from multiprocessing import context, popen_spawn_posix, process, reduction, resource_tracker, spawn, util
from typing import Any


class _Popen(popen_spawn_posix.Popen):
    """As its base class in CPython 3.11 to 3.13, less the keys that name the main module."""

    def _launch(self, process_obj: process.BaseProcess) -> None:
        tracker = resource_tracker.getfd()
        preparation = spawn.get_preparation_data(process_obj.name)
        letter = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump({k: v for k, v in preparation.items() if not k.startswith("init_main")}, letter)
            reduction.dump(process_obj, letter)
        finally:
            context.set_spawning_popen(None)
        parent_reads, child_writes = os.pipe()
        child_reads, parent_writes = os.pipe()
        self.sentinel = parent_reads
        self.finalizer = util.Finalize(self, util.close_fds, (parent_reads, parent_writes))  # type: ignore[attr-defined]
        try:
            command = spawn.get_command_line(tracker_fd=tracker, pipe_handle=child_reads)
            inherited = (tracker, child_reads, child_writes)
            self._fds: list[int] = [*self._fds, *(fd for fd in inherited if fd is not None)]
            self.pid = util.spawnv_passfds(os.fsencode(spawn.get_executable()), command, self._fds)
            with open(parent_writes, "wb", closefd=False) as pipe:
                pipe.write(letter.getbuffer())
        finally:
            os.close(child_reads)
            os.close(child_writes)


class _Process(context.SpawnProcess):
    @staticmethod
    def _Popen(process_obj: process.BaseProcess) -> Any:  # noqa: N802 - multiprocessing's name
        return _Popen(process_obj)


class LightSpawnContext(context.SpawnContext):
    """Starts clean interpreters that import only what their work needs."""

    Process = _Process
