"""Starts parts in their order, starts again those that die, and stops all of them in the opposite order."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from pipeline_core.domain.errors import PipelineError

log = structlog.get_logger("pipeline_core.supervisor")

_POLL_S = 0.2


class Part(Protocol):
    """Something that runs until it is stopped, or dies."""

    name: str

    def start(self) -> None:
        """Start it, or start it again.

        Raises:
            PipelineError, OSError: it cannot be started now.
        """
        ...

    def alive(self) -> bool: ...

    def ready(self) -> bool:
        """Return whether it does its work by now."""
        return self.alive()

    def ask_to_stop(self) -> None:
        """Begin to stop it, without waiting; what others use, or what has its own time to end, waits for ``stop``."""
        return

    def stop(self) -> None:
        """Stop it, and return when it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class Patience:
    """Delays before a part that died is started again: twice as long each time.

    A part that has lived for ``steady_s`` begins anew with ``first_s``.
    """

    first_s: float = 1.0
    longest_s: float = 60.0
    steady_s: float = 60.0

    def after(self, last_s: float, lived_s: float) -> float:
        """The wait after a life of ``lived_s`` that came after a wait of ``last_s``; 0 is none so far."""
        return self.first_s if lived_s >= self.steady_s or not last_s else min(2 * last_s, self.longest_s)


@dataclass(slots=True)
class _Watched:
    part: Part
    started: float
    wait_s: float = 0.0
    due: float | None = None
    """When it is to be started again; None while it lives."""
    is_ready: bool = False
    """True if it was ready in this life."""


class Supervisor:
    """Owns its parts from ``start`` to ``stop``."""

    def __init__(
        self, parts: Sequence[Part], tell: Callable[[str], None] = lambda _: None, patience: Patience | None = None
    ) -> None:
        """``tell`` gets a line for a person whenever a part dies or is there again."""
        self._parts = parts
        self._tell = tell
        self._patience = patience or Patience()
        self._watched: list[_Watched] = []

    def start(self) -> None:
        """Start every part; what the start of one raises is the caller's, who stops the rest."""
        for part in self._parts[len(self._watched) :]:
            # counted before it starts: one that is interrupted in its start is stopped, too
            self._watched.append(_Watched(part, time.monotonic()))
            part.start()

    def watch(self, until: Callable[[], bool] = lambda: False) -> None:
        """Start again what dies, until the caller is interrupted or ``until`` holds."""
        while not until():
            self.look()
            time.sleep(_POLL_S)

    def awaited(self) -> list[str]:
        """The names of the parts that are not there yet, or not any more; each that is there was asked once."""
        for watched in self._watched:
            if watched.due is None and not watched.is_ready:
                watched.is_ready = watched.part.ready()
        return [
            one.part.name for one in self._watched if one.due is not None or not one.part.alive() or not one.is_ready
        ]

    def look(self) -> None:
        """One look at every part."""
        for watched in self._watched:
            now = time.monotonic()
            if watched.due is None and not watched.part.alive():
                self._leave_alone(watched, now, "died")
            elif watched.due is not None and now >= watched.due:
                self._start_again(watched, now)

    def _leave_alone(self, watched: _Watched, now: float, what: str) -> None:
        watched.wait_s = self._patience.after(watched.wait_s, now - watched.started)
        watched.due = now + watched.wait_s
        watched.is_ready = False
        log.warning("part_down", part=watched.part.name, what=what, again_in_s=watched.wait_s)
        self._tell(f"{watched.part.name} {what}; it is restarted in {watched.wait_s:g} s.")

    def _start_again(self, watched: _Watched, now: float) -> None:
        watched.started, watched.due = now, None
        try:
            watched.part.start()
        except (PipelineError, OSError) as error:
            self._leave_alone(watched, now, f"did not start: {error}")
        else:
            log.info("part_started_again", part=watched.part.name)
            self._tell(f"{watched.part.name} is restarted.")

    def stop(self) -> None:
        """Stop what was started: all are asked first, so that they end side by side."""
        for watched in reversed(self._watched):
            watched.part.ask_to_stop()
        while self._watched:
            self._watched[-1].part.stop()
            self._watched.pop()
