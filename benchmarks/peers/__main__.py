"""``make bench-peers``: ours and peers on the same documents, one after the other in one run."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import http_api, pdfs, workers
from benchmarks.corpus import write_markdown
from benchmarks.peers import crash, edits, work
from benchmarks.peers.environments import InstallError, python_of
from benchmarks.peers.server import Server
from benchmarks.peers.table import ALL, Peer
from benchmarks.peers.tables_of_work import show_bytes, show_targets, show_work
from benchmarks.tables import show

_MOST_CRASHED = 300


@dataclass(frozen=True)
class Wanted:
    """What was asked for on the command line."""

    documents: int
    turns: int
    peers: tuple[Peer, ...]
    folder: Path
    pdfs: int


@contextmanager
def _serving(wanted: Wanted) -> Iterator[Server]:
    server = Server(wanted.folder / "home")
    try:
        yield server
    finally:
        server.close()


def _work(wanted: Wanted) -> None:
    files = write_markdown(wanted.folder / "documents", wanted.documents)
    size = sum(file.stat().st_size for file in files)
    with _serving(wanted) as server:
        turns = work.take_turns(server, wanted.folder, files, wanted.peers, wanted.turns)
    hashing_s = min(edits.hashing_alone(files) for _ in range(3))
    show_work(show, turns, len(files), size, hashing_s)
    show_bytes(show, turns, len(files), size)
    show_targets(show, turns, size, hashing_s)


def _crash(wanted: Wanted) -> None:
    files = write_markdown(wanted.folder / "documents", min(wanted.documents, _MOST_CRASHED))
    with _serving(wanted) as server:
        crash.main(server, wanted.folder, files, wanted.peers, show)


def _workers(wanted: Wanted) -> None:
    workers.main(wanted.folder, show)


def _http_api(_wanted: Wanted) -> None:
    http_api.main(show)


def _pdfs(wanted: Wanted) -> None:
    if wanted.pdfs:
        pdfs.main(wanted.folder, show, wanted.pdfs)


PARTS: dict[str, Callable[[Wanted], None]] = {
    "work": _work,
    "crash": _crash,
    "workers": _workers,
    "http-api": _http_api,
    "pdfs": _pdfs,
}


def _installed(peers: list[Peer]) -> tuple[Peer, ...]:
    """Those whose environment is there, or could be made."""
    there = []
    for peer in peers:
        try:
            python_of(peer)
            there.append(peer)
        except InstallError as error:
            print(f"{peer.name} is left out: {error}", file=sys.stderr)
    return tuple(there)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"{', '.join(PARTS)}; without a name all")
    parser.add_argument("--documents", type=int, default=1000, help="number of markdown files (%(default)s)")
    parser.add_argument("--turns", type=int, default=3, help="runs of each (%(default)s)")
    parser.add_argument("--pdfs", type=int, default=200, help="number of PDFs of that part, 0 for none (%(default)s)")
    parser.add_argument("--peers", help=f"only these, with commas: {', '.join(peer.key for peer in ALL)}")
    asked = parser.parse_args()
    if unknown := sorted(set(asked.part) - PARTS.keys()):
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    keys = asked.peers.split(",") if asked.peers else [peer.key for peer in ALL]
    if unknown := sorted(set(keys) - {peer.key for peer in ALL}):
        parser.error(f"no peer {', '.join(unknown)}")
    peers = _installed([peer for peer in ALL if peer.key in keys])
    for name in asked.part or PARTS:
        with tempfile.TemporaryDirectory(prefix="pipeline-bench-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o755)  # as root, PostgreSQL runs as a user that has to get in
            PARTS[name](Wanted(asked.documents, asked.turns, peers, Path(folder), asked.pdfs))


if __name__ == "__main__":
    main()
