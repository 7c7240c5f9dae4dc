"""The work itself: all documents from nothing, nothing changed, a hundredth changed; and what each leaves behind."""

import shutil
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.peers import edits
from benchmarks.peers.figures import Measured, Stored
from benchmarks.peers.runs import measured
from benchmarks.peers.server import Database, Server
from benchmarks.peers.table import FLOOR, Peer


@dataclass
class Turns:
    """What was measured of one peer, turn by turn; ``failed`` has its words where it did not end well."""

    peer: Peer
    cold: list[Measured] = field(default_factory=list)
    warm: list[Measured] = field(default_factory=list)
    changed: list[Measured] = field(default_factory=list)
    stored: Stored | None = None
    relations: list[tuple[str, str, int]] = field(default_factory=list)
    objects: tuple[int, int] = (0, 0)
    sees_edits: bool | None = None
    failed: str = ""


def take_turns(server: Server, folder: Path, files: Sequence[Path], peers: Sequence[Peer], turns: int) -> list[Turns]:
    """Run each peer in its turn, so that a noisy neighbour meets all; one that failed is left out from then on."""
    all_turns = [Turns(peer) for peer in peers]
    for turn in range(turns):
        for one in all_turns:
            if not one.failed:
                try:
                    _turn(server, folder / f"turn-{turn}-{one.peer.key}", files, one)
                except Exception as error:
                    one.failed = "".join(traceback.format_exception_only(error)).strip()
    return all_turns


def _turn(server: Server, folder: Path, files: Sequence[Path], turns: Turns) -> None:
    """One turn on copies of the files, as some of them are changed."""
    copies, state = folder / "documents", folder / "state"
    state.mkdir(parents=True)
    shutil.copytree(files[0].parent, copies)
    try:
        with server.database(turns.peer, folder.name.replace("-", "_")) as database:
            turns.cold.append(measured(turns.peer, database.url, copies, state))
            turns.stored = database.stored()
            _complete(turns.stored, len(files))
            turns.relations, turns.objects = database.relations(), _files_and_folders(state / "objects")
            if turns.peer is FLOOR:
                _floor_of_changes(database, folder, copies, turns)
            else:
                turns.warm.append(measured(turns.peer, database.url, copies, state))
                _changes(database, copies, state, turns)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _complete(stored: Stored, documents: int) -> None:
    if stored.documents != documents or stored.repeated:
        raise ValueError(f"{stored.documents} of {documents} documents can be read, {stored.repeated} chunks twice")


def _changes(database: Database, copies: Path, state: Path, turns: Turns) -> None:
    files = sorted(copies.glob("*.md"))
    changing = edits.one_in_a_hundred(files)
    new = [edits.change_a_paragraph(file, number) for number, file in enumerate(changing)]
    turns.changed.append(measured(turns.peer, database.url, copies, state))
    if missing := [text for text in new if database.finds(text) != 1]:
        raise ValueError(f"{len(missing)} of {len(new)} changed paragraphs cannot be read, or twice: {missing[0]}")
    if turns.sees_edits is None:
        word = edits.change_unseen(files[-1])
        measured(turns.peer, database.url, copies, state)
        turns.sees_edits = bool(database.finds(word))


def _floor_of_changes(database: Database, folder: Path, copies: Path, turns: Turns) -> None:
    """The floor remembers nothing: it is given the changed files alone."""
    alone = folder / "changed"
    alone.mkdir()
    for file in edits.one_in_a_hundred(sorted(copies.glob("*.md"))):
        shutil.copy(file, alone)
    turns.changed.append(measured(turns.peer, database.url, alone, folder))


def _files_and_folders(objects: Path) -> tuple[int, int]:
    there = list(objects.rglob("*")) if objects.is_dir() else []
    files = sum(path.is_file() for path in there)
    return files, len(there) - files
