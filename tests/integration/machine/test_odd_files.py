"""Files that are none, or not what they seem: each is named with its reason, none is waited for, the others go on."""

import io
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline_core.bootstrap import Pipeline
from pipeline_core.client import Client, Upload
from pipeline_core.domain.errors import FileTooLargeError, PipelineError, UnreadableFileError
from pipeline_core.machine.source_files import oddity, read_file
from pipeline_core.terminal.files import expand
from tests.support.through import MANUAL, receive

LIMIT = 1_000_000


def _pipe(path: Path) -> Path:
    os.mkfifo(path)
    return path


def _link(path: Path, target: str) -> Path:
    path.symlink_to(target)
    return path


def _socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _sparse(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


def _locked(path: Path) -> Path:
    path.write_text("secret")
    path.chmod(0)
    return path


ODD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a pipe": (_pipe, "It is a pipe, not a regular file."),
    "a link to a pipe": (lambda p: _link(p, _pipe(p.with_name("pipe")).name), "It is a pipe, not a regular file."),
    "zeros without end": (lambda p: _link(p, "/dev/zero"), "It is a device, not a regular file."),
    "a device that has nothing": (lambda p: _link(p, "/dev/null"), "It is a device, not a regular file."),
    "a terminal": (lambda p: _link(p, "/dev/ptmx"), "It is a device, not a regular file."),
    "a socket": (_socket, "It is a socket, not a regular file."),
    "a folder": (_folder, "It is a folder, not a regular file."),
    "a circle of links": (lambda p: _link(p, p.name), "The file cannot be read: Too many levels of symbolic links."),
    "two links in a circle": (
        lambda p: _link(p, _link(p.with_name("two"), p.name).name),
        "The file cannot be read: Too many levels of symbolic links.",
    ),
    "a link to nowhere": (lambda p: _link(p, "nowhere"), "The file cannot be read: No such file or directory."),
    "gone": (lambda p: p, "The file cannot be read: No such file or directory."),
    "below a file": (lambda p: p.write_text("x") and p / "a.md", "The file cannot be read: Not a directory."),
    "too long a name": (lambda p: p.with_name("a" * 300), "The file cannot be read: File name too long."),
    "a name with a NUL": (lambda p: p.with_name("a\0b.md"), "The file cannot be read: embedded null byte."),
    "what the kernel lets nobody read": (
        lambda p: _link(p, "/proc/self/mem"), "The file cannot be read: Input/output error.",
    ),
    "large and sparse": (lambda p: _sparse(p, 2**40), "odd.md has 1,099,511,627,776 bytes; the limit is 1,000,000."),
    "one byte too many": (lambda p: _sparse(p, LIMIT + 1), "odd.md has 1,000,001 bytes; the limit is 1,000,000."),
    "empty": (lambda p: _sparse(p, 0), "The file is empty."),
}  # fmt: skip


@pytest.fixture
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    make, _ = ODD[request.param]
    return make(tmp_path / "odd.md")


def _within(seconds: float, act: Callable[[], object]) -> object:
    """What it answers or raises. It runs in a thread of its own: what waits without end must not hold the tests."""
    told: list[object] = []

    def run() -> None:
        try:
            told.append(act())
        except BaseException as error:
            told.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert told, "it does not end"
    return told[0]


@pytest.mark.parametrize(("odd", "message"), [(kind, row[1]) for kind, row in ODD.items()], indirect=["odd"], ids=ODD)
def test_it_is_refused_by_name(odd: Path, message: str) -> None:
    error = _within(5, lambda: read_file(odd, limit=LIMIT))
    assert isinstance(error, PipelineError)
    assert error.message == message
    assert error.what_to_do


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="Permission denied"):
        read_file(_locked(tmp_path / "a.md"), limit=LIMIT)


def test_no_more_is_read_than_the_limit_and_one_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that says it is small, and is not; the kernel makes such ones."""
    path = tmp_path / "grows.md"
    path.write_bytes(b"a" * 10)
    asked: list[int] = []
    read = os.read

    def grow(descriptor: int, size: int) -> bytes:
        asked.append(size)
        with path.open("ab") as file:
            file.write(b"a" * 500)
        return read(descriptor, min(size, 300))

    monkeypatch.setattr(os, "read", grow)
    with pytest.raises(FileTooLargeError, match="more than 1,000 bytes"):
        read_file(path, limit=1000)
    assert max(asked) == 1001


@pytest.mark.parametrize("change", ["grows", "shrinks"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"a" * 100)
    read = os.read

    def and_change(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        path.write_bytes(b"a" * (200 if change == "grows" else 50))
        return data

    monkeypatch.setattr(os, "read", and_change)
    with pytest.raises(UnreadableFileError, match="changed while it was read"):
        read_file(path, limit=1000)


def test_what_is_swapped_for_a_pipe_meanwhile_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.md"
    path.write_text("x")
    opened = os.open

    def swap(*arguments: object) -> int:
        path.unlink()
        os.mkfifo(path)
        return opened(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", swap)
    error = _within(5, lambda: read_file(path, limit=LIMIT))
    assert isinstance(error, UnreadableFileError)
    assert error.message == "It is a pipe, not a regular file."


def test_files_of_every_usual_kind_are_read(tmp_path: Path) -> None:
    plain = tmp_path / os.fsdecode(b"caf\xe9.md")
    plain.write_text("text")
    _link(tmp_path / "link.md", plain.name)
    os.link(plain, tmp_path / "hard.md")
    for path in (plain, tmp_path / "link.md", tmp_path / "hard.md"):
        assert oddity(path) is None
        assert read_file(path, limit=4) == b"text"
    # what the kernel makes up says that it has no bytes
    assert read_file(Path("/proc/self/status"), limit=LIMIT).startswith(b"Name:")


def test_a_folder_names_each_and_takes_the_others(tmp_path: Path) -> None:
    """Also what has no ending that a converter knows, and links to folders: nothing is left out in silence."""
    folder = _folder(tmp_path / "in")
    for name in ("a.md", "b.md"):
        (folder / name).write_text(name)
    _folder(folder / "below")
    (folder / "below" / "c.md").write_text("c")
    other = _folder(tmp_path / "other")
    (other / "d.md").write_text("d")
    _pipe(folder / "pipe")
    _pipe(folder / "pipe.md")
    _link(folder / "circle", "circle")
    _link(folder / "zero.txt", "/dev/zero")
    _link(folder / "again", ".")
    _link(folder / "up", "..")
    _link(folder / "elsewhere", str(other))
    _link(folder / "below" / "back", "../below")
    _link(folder / "same.md", "a.md")
    files = expand([str(folder), str(tmp_path / "in/../in")])
    assert sorted(path.name for path in files.found) == ["a.md", "b.md", "c.md"]
    named = {Path(name).name: error.message for name, error in files.refused}
    assert named == {
        "pipe": "It is a pipe, not a regular file.",
        "pipe.md": "It is a pipe, not a regular file.",
        "circle": "The file cannot be read: Too many levels of symbolic links.",
        "zero.txt": "It is a device, not a regular file.",
        "elsewhere": "It is a link to a folder elsewhere, which is not followed.",
        "up": "It is a link to a folder elsewhere, which is not followed.",
    }


@pytest.mark.parametrize("pattern", ["**/*.md", "**", "in/**/*.md", "{}/in/**/*.md", "in/**/below/**"])
def test_patterns_do_not_follow_circles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str) -> None:
    """Two links that lead back would be 2⁴⁰ ways."""
    monkeypatch.chdir(tmp_path)
    below = tmp_path / "in" / "below"
    below.mkdir(parents=True)
    (below / "a.md").write_text("x")
    for name in ("one", "two"):
        _link(tmp_path / "in" / name, ".")
        _link(below / name, "..")
    files = _within(5, lambda: expand([pattern.format(tmp_path)]))
    assert [path.name for path in getattr(files, "found", [])] == ["a.md"], files


def test_one_oddity_ends_no_run(app: Pipeline, tmp_path: Path) -> None:
    odd = [make(_folder(tmp_path / str(number)) / "odd.md") for number, (make, _) in enumerate(ODD.values())]
    good = tmp_path / "good.md"
    good.write_text(MANUAL)
    received = receive(app, *odd, good)
    assert len(received.documents) == 1
    assert len(received.refused) == len(ODD)


def test_a_place_that_cannot_be_looked_at_is_not_given_up(app: Pipeline, tmp_path: Path) -> None:
    """What stood in a folder and is a circle of links by now says nothing about the others, and ends nothing."""
    first = tmp_path / "a.md"
    first.write_text(MANUAL)
    receive(app, first)
    copy = tmp_path / "b.md"
    copy.write_text(MANUAL)
    first.unlink()
    _link(first, "a.md")
    assert receive(app, first, copy).documents


class Endless(io.RawIOBase):
    """Has bytes without end, a few at a time; counts what was asked for."""

    given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        size = min(len(buffer), 1000)  # type: ignore[arg-type]
        self.given += size
        buffer[:size] = b"a" * size  # type: ignore[index]
        return size


def test_a_client_takes_paths_and_open_files(make_pipeline: Callable[..., Pipeline], tmp_path: Path) -> None:
    app = make_pipeline(changes={"max_file_bytes": 5000})
    (tmp_path / "a.md").write_text(MANUAL)
    endless = Endless()
    with Client(app=app) as client, (tmp_path / "a.md").open("rb") as opened:
        taken = client.submit(
            [str(tmp_path / "a.md"), opened, io.BytesIO(b"# B\n\nThe lamp is cleaned every 3 weeks.\n"), endless,
             _pipe(tmp_path / "pipe.md"), Upload("c.md", b"")],
            start=False,
        )  # fmt: skip
        assert len(taken.document_ids) == 2
        assert [(name, error.code) for name, error in taken.refused] == [
            ("upload", "file_too_large"), (str(tmp_path / "pipe.md"), "unreadable_file"), ("c.md", "empty_file"),
        ]  # fmt: skip
        assert endless.given < 7000
        for wrong in (io.StringIO("text"), 7):
            with pytest.raises(TypeError):
                client.submit([wrong], start=False)  # type: ignore[list-item]


@pytest.fixture
def command(app: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runs a command in this process; returns its exit code and all that it prints."""
    from pipeline_core import bootstrap
    from pipeline_core.cli.entry import app as commands

    monkeypatch.setattr(bootstrap, "pipeline", lambda: app)
    monkeypatch.setattr(app, "close", lambda: None)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(commands, words)
        return done.exit_code, done.output

    return run


@pytest.mark.parametrize("how", [["--queue"], ["--estimate"]])
def test_the_exit_code_says_that_something_was_left_out(
    command: Callable[..., tuple[int, str]], tmp_path: Path, how: list[str]
) -> None:
    (tmp_path / "a.md").write_text(MANUAL)
    _pipe(tmp_path / os.fsdecode(b"pi\xffpe.md"))
    _link(tmp_path / "zero", "/dev/zero")
    begun = time.monotonic()
    code, told = command("run", str(tmp_path), *how, "--json")
    assert (code, time.monotonic() - begun < 20) == (4, True), told
    rows = json.loads(told.strip().splitlines()[-1])
    text = json.dumps(rows)
    assert "It is a pipe, not a regular file." in text
    assert "It is a device, not a regular file." in text
    assert "a.md" in text


def test_a_question_bank_is_a_file(command: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    assert command("import-questions", str(_pipe(tmp_path / "bank.md")))[0] != 0
    assert command("import-questions", str(_link(tmp_path / "zero.md", "/dev/zero")))[0] != 0
