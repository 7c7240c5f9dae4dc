"""What a program and the benchmark say to each other: one line of JSON in, lines of JSON out.

A program gets ready (imports, model, connections), says so, waits for a line, works until its last row can be read,
says what it did, and waits for a line before it exits: its processes are measured while they are all there. It runs in
a peer's own environment, so nothing here imports more than Python has.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Counts = dict[str, int | float | str]
Work = Callable[[], Counts]
_AFTERWARDS: list[Callable[[], object]] = []


@dataclass(frozen=True)
class Asked:
    """``state`` is a folder that the next run of the same program finds again; ``size`` is the splitter's setting."""

    database: str
    files: Path
    state: Path
    size: int

    def documents(self) -> list[Path]:
        return sorted(self.files.glob("*.md"))

    def url(self, driver: str) -> str:
        """The database as SQLAlchemy names it."""
        return self.database.replace("postgresql://", f"postgresql+{driver}://", 1)


def say(**what: object) -> None:
    """Tell the benchmark. Programs keep standard output for this: whatever a library prints goes elsewhere."""
    print(json.dumps(what), file=_ANSWERS, flush=True)


def after(tidy: Callable[[], object]) -> None:
    """Have this done when the clock has stopped: what a peer keeps for its next run, but needs for no row."""
    _AFTERWARDS.append(tidy)


def run(get_ready: Callable[[Asked], Work]) -> None:
    """Get ready, then work when told to."""
    asked = json.loads(sys.argv[1])
    work = get_ready(Asked(asked["database"], Path(asked["files"]), Path(asked["state"]), asked["size"]))
    say(ready=True)
    sys.stdin.readline()
    begun = time.perf_counter()
    counts = work()
    say(seconds=time.perf_counter() - begun, **counts)
    for tidy in _AFTERWARDS:
        tidy()
    say(tidied=True)
    sys.stdin.readline()


_ANSWERS, sys.stdout = sys.stdout, sys.stderr
