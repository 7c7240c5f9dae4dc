"""Files that people name are read without trust: only regular ones, and never more than the limit."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline_core.domain.errors import EmptyFileError, FileTooLargeError, PipelineError, UnreadableFileError
from pipeline_core.machine.source_files import oddity, read_file

LIMIT = 10


def _folder(path: Path) -> None:
    path.mkdir()


def _socket(path: Path) -> None:
    # its name is to be short, whatever the folder is
    here = Path.cwd()
    os.chdir(path.parent)
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("data", [b"x", b"x" * LIMIT])
def test_all_that_a_file_has_is_read(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    assert read_file(path, limit=LIMIT) == data
    link = tmp_path / "link.md"
    link.symlink_to(path)
    assert read_file(link, limit=LIMIT) == data


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (b"", EmptyFileError, "The file is empty"),
        (b"x" * (LIMIT + 1), FileTooLargeError, r"a\.md has 11 bytes; the limit is 10\."),
    ],
)
def test_an_empty_file_and_one_that_is_too_large_are_refused(
    tmp_path: Path, data: bytes, error: type[PipelineError], message: str
) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(data)
    with pytest.raises(error, match=message):
        read_file(path, limit=LIMIT)
    assert oddity(path) is None


@pytest.mark.parametrize(
    ("make", "what"),
    [(_folder, "a folder"), (os.mkfifo, "a pipe"), (_socket, "a socket")],
)
def test_what_is_no_file_is_left_alone(tmp_path: Path, make: Callable[[Path], None], what: str) -> None:
    path = tmp_path / "a.md"
    make(path)
    with pytest.raises(UnreadableFileError, match=f"It is {what}, not a regular file") as refused:
        read_file(path, limit=LIMIT)
    assert refused.value.where == "a.md"
    assert str(oddity(path)) == str(refused.value)


def test_a_device_is_not_opened() -> None:
    with pytest.raises(UnreadableFileError, match="It is a device, not a regular file"):
        read_file(Path(os.devnull), limit=LIMIT)


@pytest.mark.parametrize("name", ["gone.md", "nul\0.md"])
def test_what_is_not_there_says_why(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnreadableFileError, match="The file cannot be read: "):
        read_file(tmp_path / name, limit=LIMIT)
    assert isinstance(oddity(tmp_path / name), UnreadableFileError)


def test_what_the_kernel_makes_up_says_that_it_has_no_bytes_and_is_read_all_the_same() -> None:
    path = Path("/proc/self/comm")
    if not path.exists():
        pytest.skip("there is no /proc here")
    assert read_file(path, limit=100).strip() == path.read_bytes().strip()
    with pytest.raises(FileTooLargeError, match="comm has more than 1 bytes, which is the limit"):
        read_file(path, limit=1)
