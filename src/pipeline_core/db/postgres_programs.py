"""PostgreSQL's own tools: those of the wheel, or newer ones of this machine where the server needs them."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from pipeline_core.db.postgres_account import installed_programs
from pipeline_core.domain.errors import BackupFailedError, ConfigurationError

_VERSION = re.compile(r"\b(\d+)(?:\.\d+)*")


def program(name: str, least: int) -> Path:
    """A tool of PostgreSQL ``least`` or newer: one that is older can read neither the server nor the dump of one.

    Raises:
        ConfigurationError: there is none.
    """
    found = [installed_programs() / "bin" / name, *([Path(path)] if (path := shutil.which(name)) else [])]
    for candidate in found:
        if candidate.is_file() and _major(candidate) >= least:
            return candidate
    raise ConfigurationError(
        f"No {name} of PostgreSQL {least} or newer is on this machine.",
        action=f"Install the client programs of PostgreSQL {least}, so that `{name}` is found on the PATH.",
    )


def _major(file: Path) -> int:
    told = subprocess.run([str(file), "--version"], capture_output=True, text=True, check=False).stdout
    match = _VERSION.search(told)
    return int(match[1]) if match else 0


def connection(url: str) -> tuple[str, dict[str, str]]:
    """The connection string for a tool, and its environment: the password is not among its arguments, which others
    on this machine can see."""
    parameters = conninfo_to_dict(url)
    password = parameters.pop("password", None)
    environment = {**os.environ, "PGAPPNAME": "pipeline backup", "PGCONNECT_TIMEOUT": "10"}
    if password:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo("", **{name: str(value) for name, value in parameters.items()}), environment


def check(name: str, code: int, said: str) -> None:
    """Raise BackupFailedError with the tool's own words if it failed."""
    if code:
        lines = [line.strip() for line in said.strip().splitlines() if line.strip()]
        raise BackupFailedError(f"{name}: {' | '.join(lines[-4:]) or f'exit code {code}'}")
