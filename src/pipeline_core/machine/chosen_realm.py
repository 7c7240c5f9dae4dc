"""The realm that `pipeline realm use` chose for a home."""

from pathlib import Path
from uuid import UUID

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.ids import RealmId
from pipeline_core.machine import private_files

_FILE = "realm"


def read(home: Path) -> RealmId | None:
    """The realm's id; None where nothing was chosen.

    Raises:
        ConfigurationError: the file does not hold an id.
    """
    path = home / _FILE
    try:
        return RealmId(UUID(path.read_text("ascii").strip()))
    except FileNotFoundError:
        return None
    except ValueError:
        raise ConfigurationError(
            f"{path} does not hold the id of a realm.", action="Choose one anew: `pipeline realm use NAME`."
        ) from None


def write(home: Path, realm_id: RealmId | None) -> None:
    """Choose a realm; None is the personal one."""
    path = private_files.open_home(home) / _FILE
    if realm_id is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(f"{realm_id}\n", "ascii")
