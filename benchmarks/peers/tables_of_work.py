"""Tables of the work: seconds, what was changed, bytes; and how it stands against what is to be reached."""

from collections.abc import Callable, Mapping, Sequence

from benchmarks.peers import figures
from benchmarks.peers.environments import version_of
from benchmarks.peers.figures import ComparisonError, Stored
from benchmarks.peers.table import FLOOR, OURS, OURS_WHOLE, PEERS, Peer
from benchmarks.peers.work import Turns

Show = Callable[..., None]
_LARGEST = 24
_COLUMNS = [
    "", "best s", "median s", "docs/s", "nothing up s", "CPU s", "peak MB", "chunks", "DB MB", "× text", "of fastest"
]  # fmt: skip


def titled(peer: Peer) -> str:
    return f"{peer.name} {version_of(peer)}" if peer in PEERS else peer.name


def show_work(show: Show, turns: Sequence[Turns], documents: int, text_bytes: int, hashing_s: float) -> None:
    done = [one for one in turns if one.cold and one.stored]
    chunks = {one.peer.name: one.stored.chunks for one in done if one.stored and one.peer is not OURS_WHOLE}
    note = "best and median of the turns; nothing up: with imports and model, and Prefect's server for ours"
    refused = ""
    try:
        figures.comparable(chunks)
    except ComparisonError as error:
        refused = str(error)
    show(
        f"All documents from nothing: {documents:,} markdown files, {figures.megabytes(text_bytes)} MB",
        [
            "",
            "best s",
            "median s",
            "docs/s",
            "nothing up s",
            "CPU s",
            "peak MB",
            "chunks",
            "DB MB",
            "× text",
            "of fastest",
        ],
        [_work_row(one, one.stored, done, documents, text_bytes, refused) for one in done if one.stored],
        refused or note,
    )
    show(
        "Again",
        ["", "unchanged s", "× hashing", "1 % changed s", "× floor of those", "sees an edit of same size and time"],
        [_again_row(one, done, hashing_s) for one in done],
        f"reading and hashing all files takes {figures.seconds(hashing_s)} s; each run in a new process that is ready",
    )
    for one in turns:
        if one.failed:
            show(f"{one.peer.name} failed", [""], [[one.failed[-figures.LAST_WORDS :]]])


def _work_row(
    one: Turns, stored: Stored, done: Sequence[Turns], documents: int, text_bytes: int, refused: str
) -> list[str]:
    first = figures.best(one.cold)
    quickest = figures.fastest({of.peer.name: figures.best(of.cold).seconds for of in done}, [p.name for p in PEERS])
    return [
        titled(one.peer),
        figures.seconds(first.seconds),
        figures.seconds(figures.middle(one.cold)),
        f"{documents / first.seconds:.0f}",
        figures.seconds(first.ready_s + first.seconds),
        f"{first.cpu_s:.1f}",
        f"{max(run.peak_mb for run in one.cold):.0f}",
        f"{stored.chunks:,}",
        figures.megabytes(stored.bytes),
        f"{stored.bytes / text_bytes:.1f}",
        "–" if refused else figures.against(first.seconds, quickest and quickest[1]),
    ]


def _again_row(one: Turns, done: Sequence[Turns], hashing_s: float) -> list[str]:
    warm = figures.best(one.warm).seconds if one.warm else None
    changed = figures.best(one.changed).seconds if one.changed else None
    floors = [figures.best(of.changed).seconds for of in done if of.peer is FLOOR and of.changed]
    return [
        one.peer.name,
        figures.seconds(warm) if warm else "–",
        f"{warm / hashing_s:.1f}" if warm else "–",
        figures.seconds(changed) if changed else "–",
        f"{changed / floors[0]:.1f}" if changed and floors else "–",
        {None: "–", True: "yes", False: "no"}[one.sees_edits],
    ]


def show_bytes(show: Show, turns: Sequence[Turns], documents: int, text_bytes: int) -> None:
    """Where the bytes of ours are."""
    for one in turns:
        if one.peer not in (OURS, OURS_WHOLE) or not one.stored:
            continue
        files, folders = one.objects
        show(
            f"Bytes by table and index: {one.peer.name}",
            ["table", "index", "MB", "× text"],
            [
                [table, index or "(rows)", figures.megabytes(size), f"{size / text_bytes:.2f}"]
                for table, index, size in one.relations[:_LARGEST]
            ],
            f"objects: {files / documents:.1f} files and {folders / documents:.1f} folders a document",
        )


def show_targets(show: Show, turns: Sequence[Turns], text_bytes: int, hashing_s: float) -> None:
    """How it stands against what is to be reached."""
    of = {one.peer: one for one in turns if one.cold and one.stored and not one.failed}
    rows = [*_speeds(of), *(row for peer in (OURS, OURS_WHOLE) if peer in of for row in _again(of, peer, hashing_s))]
    show("To reach", ["", "is", "to reach"], rows + _sizes(of, text_bytes))


def _speeds(of: Mapping[Peer, Turns]) -> list[list[str]]:
    quickest = min((figures.best(of[peer].cold).seconds for peer in PEERS if peer in of), default=None)
    return [
        [f"{number}. {peer.name}", figures.against(figures.best(of[peer].cold).seconds, quickest), to_reach]
        for number, peer, to_reach in (
            (1, OURS, "1.5× of the fastest peer"),
            (2, OURS_WHOLE, "1× of the fastest peer"),
        )
        if peer in of
    ]


def _again(of: Mapping[Peer, Turns], peer: Peer, hashing_s: float) -> list[list[str]]:
    rows, ours = [], of[peer]
    if ours.warm:
        warm = figures.best(ours.warm).seconds
        looking = [figures.best(of[one].warm).seconds for one in PEERS if one in of and of[one].sees_edits]
        rows.append([f"3. unchanged, {peer.name}", f"{warm / hashing_s:.1f}×", "at most 3× of hashing"])
        rows.append(
            [f"3. unchanged, {peer.name}", figures.against(warm, min(looking, default=None)), "1× of peers that look"]
        )
    if ours.changed and FLOOR in of:
        times = figures.best(ours.changed).seconds / figures.best(of[FLOOR].changed).seconds
        rows.append([f"3. 1 % changed, {peer.name}", f"{times:.1f}×", "at most 2× of the floor"])
    return rows


def _sizes(of: Mapping[Peer, Turns], text_bytes: int) -> list[list[str]]:
    size = {peer: one.stored.bytes for peer, one in of.items() if one.stored}
    rows = []
    if OURS_WHOLE in size:
        rows.append(["4. database, everything on", f"{size[OURS_WHOLE] / text_bytes:.1f}×", "at most 12× the text"])
    largest = max((size[peer] for peer in PEERS if peer in size), default=0)
    if OURS in size and largest:
        rows.append(["4. database, same work", f"{size[OURS] / largest:.1f}×", "at most 2× of the largest peer's"])
    return rows
