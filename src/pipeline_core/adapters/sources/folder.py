"""A folder of this machine, with all that is below it."""

import os
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote, unquote_to_bytes, urlsplit

from pipeline_core.domain.errors import (
    LeftOutError,
    ObjectNotFoundError,
    RefusedError,
    SourceUnavailableError,
    StillWrittenError,
    UnreadableFileError,
)
from pipeline_core.domain.sources import Fetched, Sighting, Unseen
from pipeline_core.machine.source_files import read_stated

_TRIES = 5
_PAUSE_S = 0.2
_COARSE_S = 2.0
"""Of the clocks of file systems: a file written to so lately could be written to again at the same time."""
_ELSEWHERE = "It is a link to a place outside the source, which is not followed."
_HERE = "Put the file itself there, or add the place that the link leads to as a source."


class FolderReader:
    """Hidden files and folders are left out, and links are not followed: what one leads to within the folder is there
    by itself."""

    def __init__(self, uri: str, matches: Callable[[str], bool], *, coarse_s: float = _COARSE_S) -> None:
        """Looks at nothing yet.

        Args:
            matches: Says of a name (the path below the folder) that it belongs to the source.
            coarse_s: The time of a file that is no older when it is read says nothing; one whose bytes were written
                so lately is not read.

        Raises:
            RefusedError: the URI is none of a folder.
        """
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc:
            raise RefusedError(
                f"{uri} is no place that can be a source.",
                action="Name a folder by its path, such as /srv/documents; s3://bucket/prefix; or http(s) addresses.",
            )
        self._matches, self._coarse_ns = matches, coarse_s * 1e9
        self._root = os.path.realpath(unquote(parts.path))
        self._base = Path(self._root).as_uri().rstrip("/")

    def list(self, known: Mapping[str, str | None]) -> Iterator[Sighting | Unseen]:
        """List what is below the folder, as ``SourceReader``; ``known`` is not needed."""
        del known
        _require_folder(self._root)
        return self._below("")

    def _below(self, folder: str) -> Iterator[Sighting | Unseen]:
        try:
            with os.scandir(os.path.join(self._root, folder)) as entries:  # noqa: PTH118 - ten times as fast
                found = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda one: one.name)
        except OSError as error:
            where = os.path.join(self._root, folder)  # noqa: PTH118
            raise SourceUnavailableError(f"The folder {where} cannot be read: {error.strerror or error}.") from error
        for entry in found:
            name = folder + entry.name
            if entry.is_symlink():
                yield from self._link(name)
            elif entry.is_dir(follow_symlinks=False):
                yield from self._below(f"{name}/")
            elif self._matches(name):
                yield from self._seen(name, entry)

    def _link(self, name: str) -> Iterator[Unseen]:
        target = os.path.realpath(os.path.join(self._root, name))  # noqa: PTH118
        if not target.startswith(os.path.join(self._root, "")) and self._matches(name):  # noqa: PTH118
            yield Unseen(self._uri(name), _shown(name), LeftOutError(_ELSEWHERE, where=_shown(name), action=_HERE))

    def _seen(self, name: str, entry: "os.DirEntry[str]") -> Iterator[Sighting | Unseen]:
        try:
            found = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            return  # it went while the folder was read
        except OSError as error:
            why = UnreadableFileError(f"The file cannot be seen: {error.strerror or error}.", where=_shown(name))
            yield Unseen(self._uri(name), _shown(name), why)
            return
        if stat.S_ISREG(found.st_mode):
            yield Sighting(self._uri(name), _shown(name), found.st_size, _version(found))

    def _uri(self, name: str) -> str:
        return f"{self._base}/{quote_from_bytes(os.fsencode(name))}"

    def _path(self, uri: str) -> Path:
        return Path(self._root, os.fsdecode(unquote_to_bytes(uri.removeprefix(f"{self._base}/"))))

    def read(self, sighting: Sighting, *, limit: int) -> Fetched:
        """Read one file, as ``SourceReader``."""
        path = self._path(sighting.uri)
        last: UnreadableFileError | None = None
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE_S * attempt)
            try:
                self._require_quiet(path, sighting)
                data, read = read_stated(path, limit=limit)
                if _version(path.stat(follow_symlinks=False)) == _version(read):
                    return Fetched(data, Sighting(sighting.uri, sighting.name, len(data), self._lasting(read)))
                last = UnreadableFileError("The file changes all the time.", where=sighting.name)
            except FileNotFoundError as error:
                raise _gone(sighting) from error
            except StillWrittenError:
                raise
            except UnreadableFileError as error:
                if not path.exists():
                    raise _gone(sighting) from error
                last = error
        assert last is not None
        raise last

    def _require_quiet(self, path: Path, sighting: Sighting) -> None:
        """Refuse what somebody may be in the middle of writing: half a file would be taken for a whole one.

        One whose time lies in the future is read; clocks differ by less than the bound.

        Raises:
            StillWrittenError: its bytes changed a moment ago.
        """
        if abs(time.time_ns() - path.stat(follow_symlinks=False).st_mtime_ns) < self._coarse_ns:
            raise StillWrittenError(where=sighting.name)

    def _lasting(self, found: os.stat_result) -> str | None:
        age_ns = time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns)
        return None if age_ns < self._coarse_ns else _version(found)


def _require_folder(root: str) -> None:
    """Require that the folder is there.

    Raises:
        SourceUnavailableError: it is not, as when what it is on is not mounted.
    """
    try:
        is_folder = stat.S_ISDIR(os.stat(root).st_mode)  # noqa: PTH116
    except OSError as error:
        raise SourceUnavailableError(f"The folder {root} cannot be seen: {error.strerror or error}.") from error
    if not is_folder:
        raise SourceUnavailableError(f"{root} is no folder.")


def _shown(name: str) -> str:
    """The name as text, whatever bytes it has."""
    return os.fsencode(name).decode(errors="replace")


def _version(found: os.stat_result) -> str:
    return f"{found.st_mtime_ns}-{found.st_ctime_ns}-{found.st_ino}-{found.st_size}"


def _gone(sighting: Sighting) -> ObjectNotFoundError:
    return ObjectNotFoundError(f"{sighting.name} has gone since it was listed.", where=sighting.uri)
