"""The crash: kill -9 half way, run again, and see what is lost, what is there twice, and how long it takes."""

import shutil
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers import figures
from benchmarks.peers.figures import Stored
from benchmarks.peers.runs import measured, started
from benchmarks.peers.server import Database, Server
from benchmarks.peers.table import Peer

_HALF, _LATEST = 0.5, 0.75
_LOOK_S = 0.02


@dataclass(frozen=True)
class Crash:
    """Outcome for one peer. ``killed`` is what could be read then, ``whole`` what an undisturbed run leaves.

    ``ready_s`` is how long the second run took to be ready, ``first_ready_s`` the undisturbed one.
    """

    whole_s: float
    first_ready_s: float
    killed_s: float
    killed: tuple[int, int]
    again_s: float
    ready_s: float
    stored: Stored
    whole: Stored

    @property
    def lost(self) -> int:
        """Documents that cannot be read after the second run."""
        return self.whole.documents - self.stored.documents

    @property
    def twice(self) -> int:
        """Chunks that are there once more than they should be."""
        return max(self.stored.repeated, self.stored.chunks - self.whole.chunks)


def main(server: Server, folder: Path, files: Sequence[Path], peers: Sequence[Peer], show: Callable[..., None]) -> None:
    rows, failed = [], []
    for peer in peers:
        try:
            rows.append(_row(peer, _crashed(server, folder / f"crash-{peer.key}", files, peer)))
        except Exception as error:
            words = "".join(traceback.format_exception_only(error)).strip()
            failed.append([peer.name, words[-figures.LAST_WORDS :]])
    show(
        f"kill -9 half way through {len(files):,} documents, and the same command again",
        [
            "",
            "alone s",
            "killed after s",
            "documents there",
            "chunks there",
            "ready alone s",
            "ready again s",
            "to recover s",
            "lost",
            "twice",
        ],
        rows,
        "killed when half of the documents can be read, or after three quarters of the time alone, where none is there "
        "before all are; there: readable after the kill; to recover: from being ready to the last row; lost: documents "
        "not there after the second run; twice: chunks more than undisturbed",
    )
    if failed:
        show("Failed", ["", ""], failed)


def _row(peer: Peer, crash: Crash) -> list[str]:
    documents, chunks = crash.killed
    return [
        peer.name,
        figures.seconds(crash.whole_s),
        figures.seconds(crash.killed_s),
        f"{documents:,}",
        f"{chunks:,}",
        figures.seconds(crash.first_ready_s),
        figures.seconds(crash.ready_s),
        figures.seconds(crash.again_s),
        str(crash.lost),
        str(crash.twice),
    ]


def _crashed(server: Server, folder: Path, files: Sequence[Path], peer: Peer) -> Crash:
    """An undisturbed run says how many documents half of them are, and how long it takes."""
    (alone, state) = (folder / "alone", folder / "state")
    for one in (alone, state):
        one.mkdir(parents=True)
    try:
        with server.database(peer, f"{_name(peer)}_alone") as database:
            undisturbed = measured(peer, database.url, files[0].parent, alone)
            whole = database.stored()
        with server.database(peer, f"{_name(peer)}_killed") as database:
            killed_s, killed = _killed(database, peer, files[0].parent, state, undisturbed.seconds, len(files))
            again = measured(peer, database.url, files[0].parent, state)
            stored = database.stored()
        return Crash(
            undisturbed.seconds, undisturbed.ready_s, killed_s, killed, again.seconds, again.ready_s, stored, whole
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _killed(
    database: Database, peer: Peer, files: Path, state: Path, alone_s: float, documents: int
) -> tuple[float, tuple[int, int]]:
    """Kill it in the middle; returns after how many seconds, and what can be read then."""
    with started(peer, database.url, files, state) as running:
        running.wait_until_ready()
        running.go()
        begun = time.perf_counter()
        while time.perf_counter() - begun < alone_s * _LATEST and database.readable()[0] < documents * _HALF:
            time.sleep(_LOOK_S)
        running.kill()
        taken = time.perf_counter() - begun
    return taken, database.readable()


def _name(peer: Peer) -> str:
    return f"crash_{peer.key.replace('-', '_')}"
