"""Under which settings an installation works: a change of them is an event, once, at the first start with it."""

import hashlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr

from pipeline_core.db.audit import Installation
from pipeline_core.db.unit_of_work import OpenUnitOfWork
from pipeline_core.domain.masking import masked
from pipeline_core.settings import Settings, is_secret, variable_of

_WHO_AND_WHERE = frozenset({"home", "run_id", "user_id", "reviewer"})
"""Settings that tell commands apart and do not change how they work."""
_MOST_SHOWN = 200
_HASHED = 8


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """Compares the settings with those of the last start of this part on this machine."""

    settings: Settings
    open_uow: OpenUnitOfWork
    part: str

    def __call__(self) -> dict[str, dict[str, str | None]]:
        """Leave the event ``settings_changed`` where they differ; returns what it says.

        A machine that was never seen is compared with the last one that was, of the same home and part: another
        container with the settings of its predecessor is no change.

        Raises:
            DatabaseUnavailableError: nothing is on record; call it again.
        """
        installation = Installation(socket.gethostname(), str(self.settings.home), self.part)
        present = shown_settings(self.settings)
        with self.open_uow() as uow:
            uow.audit.lock_settings()
            before = uow.audit.settings_of(installation) or {}
            changes: dict[str, dict[str, str | None]] = {
                name: {"before": before.get(name), "after": present.get(name)}
                for name in sorted(before.keys() | present.keys())
                if before.get(name) != present.get(name)
            }
            if changes:
                uow.audit.tell_settings(installation, changes)
            if before or present:
                uow.audit.keep_settings(installation, present)
            uow.commit()
        return changes


def shown_settings(settings: Settings) -> dict[str, str]:
    """Return the settings that differ from their defaults, by variable and fit for an event: secrets only as a hash."""
    shown = {}
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        if name in settings.model_fields_set - _WHO_AND_WHERE and value != field.get_default(call_default_factory=True):
            shown[variable_of(name)] = _shown(name, value)
    return shown


def _shown(name: str, value: object) -> str:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    # what is free in form may hold anything
    if isinstance(value, SecretStr | Mapping) or is_secret(name):
        return f"(hidden, {_hash(name, text)})"
    told = masked(text)
    mark = "" if told == text and len(text) <= _MOST_SHOWN else f" ({_hash(name, text)})"
    return told[:_MOST_SHOWN] + mark


def _hash(name: str, text: str) -> str:
    """Enough to tell a change by, and too little to tell a guess by."""
    return "sha256 " + hashlib.sha256(f"{name}\0{text}".encode()).hexdigest()[:_HASHED]
