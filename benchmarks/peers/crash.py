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


@dataclass(frozen=True)
class Crash:
    """Outcome for one peer. ``killed`` is what could be read then, ``whole`` what an undisturbed run leaves."""

    whole_s: float
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
            "ready again s",
            "then s",
            "lost",
            "twice",
        ],
        rows,
        "there: readable after the kill; lost: not there after the second run; twice: more than undisturbed",
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
        figures.seconds(crash.ready_s),
        figures.seconds(crash.again_s),
        str(crash.lost),
        str(crash.twice),
    ]


def _crashed(server: Server, folder: Path, files: Sequence[Path], peer: Peer) -> Crash:
    """An undisturbed run says how long half of it is."""
    (alone, state) = (folder / "alone", folder / "state")
    for one in (alone, state):
        one.mkdir(parents=True)
    try:
        with server.database(peer, f"{_name(peer)}_alone") as database:
            undisturbed = measured(peer, database.url, files[0].parent, alone)
            whole = database.stored()
        with server.database(peer, f"{_name(peer)}_killed") as database:
            killed_s, killed = _killed(database, peer, files[0].parent, state, undisturbed.seconds / 2)
            again = measured(peer, database.url, files[0].parent, state)
            stored = database.stored()
        return Crash(undisturbed.seconds, killed_s, killed, again.seconds, again.ready_s, stored, whole)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _killed(database: Database, peer: Peer, files: Path, state: Path, after_s: float) -> tuple[float, tuple[int, int]]:
    with started(peer, database.url, files, state) as running:
        running.wait_until_ready()
        running.go()
        begun = time.perf_counter()
        time.sleep(after_s)
        running.kill()
        taken = time.perf_counter() - begun
    return taken, database.readable()


def _name(peer: Peer) -> str:
    return f"crash_{peer.key.replace('-', '_')}"
