"""Choices stored in a home folder: the realm that commands work in, and the reviewer's name for decisions."""

from pathlib import Path
from uuid import UUID

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.ids import RealmId
from pipeline_core.machine import private_files

_REALM, _NAME = "realm", "reviewer"


def realm(home: Path) -> RealmId | None:
    """The realm's id; None where none was chosen.

    Raises:
        ConfigurationError: the file does not hold an id.
    """
    text = _read(home / _REALM)
    try:
        return RealmId(UUID(text)) if text else None
    except ValueError:
        raise ConfigurationError(
            f"{home / _REALM} does not hold the id of a realm.", action="Choose one again: `pipeline realm use NAME`."
        ) from None


def choose_realm(home: Path, realm_id: RealmId | None) -> None:
    """Choose a realm; None is the personal one."""
    _write(home, _REALM, "" if realm_id is None else str(realm_id))


def name(home: Path) -> str:
    """The name; empty where none was given."""
    return _read(home / _NAME)


def choose_name(home: Path, given: str) -> None:
    """Keep the name for later decisions."""
    _write(home, _NAME, given)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        return ""


def _write(home: Path, file: str, text: str) -> None:
    path = private_files.open_home(home) / file
    if text:
        path.write_text(f"{text}\n", "utf-8")
    else:
        path.unlink(missing_ok=True)
