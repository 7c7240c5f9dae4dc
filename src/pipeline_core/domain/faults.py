"""Classification of errors: the one table that decides whether a document fails, waits, or is tried again.

What is the installation's is nobody's document's: the job is held, queued as it was, until the part that is missing
is back. A class that is not named here is judged as its nearest parent is.
"""

import errno
import socket
from collections.abc import Mapping
from enum import StrEnum

from pipeline_core.domain.errors import (
    AnswerLostError,
    BudgetExhaustedError,
    ConfigurationError,
    ConflictError,
    DatabaseBusyError,
    DatabaseUnavailableError,
    KeyRefusedError,
    MachineError,
    MachineFullError,
    OptionRefusedError,
    ParkedError,
    PipelineError,
    QuotaExhaustedError,
    RateLimitedError,
    ServiceUnavailableError,
    ServiceUnreachableError,
    StoreRefusedError,
    StoreUnavailableError,
    TransientError,
    UnexpectedError,
    UnknownToServiceError,
)


class Fault(StrEnum):
    """Meaning of an error for the document that met it."""

    DOCUMENT = "document"
    """It fails for good: a dead letter."""
    INSTALLATION = "installation"
    """It is held until the part is back, and nothing is counted."""
    MOMENT = "moment"
    """It is tried again a few times, and fails when that does not help."""
    AGAIN = "again"
    """It is tried again, and nothing is counted: the database was away, in which all waiting is recorded."""
    EITHER = "either"
    """A service failed: the document's if others are served meanwhile, else the installation's."""
    WAIT = "wait"
    """It is queued again, until a moment or a budget allows it."""


STORE, SETTINGS = "object store", "settings"
"""Parts by the name that people read. A service is called by its host, this machine by its name."""

FAULTS: Mapping[type[PipelineError], tuple[Fault, str | None]] = {
    PipelineError: (Fault.DOCUMENT, None),
    ConflictError: (Fault.MOMENT, None),
    TransientError: (Fault.MOMENT, None),
    ParkedError: (Fault.WAIT, None),
    BudgetExhaustedError: (Fault.WAIT, None),
    # the store
    StoreUnavailableError: (Fault.INSTALLATION, STORE),
    StoreRefusedError: (Fault.INSTALLATION, STORE),
    # paid services: their host is where the error says that it was
    ServiceUnavailableError: (Fault.EITHER, None),
    AnswerLostError: (Fault.EITHER, None),
    ServiceUnreachableError: (Fault.INSTALLATION, None),
    RateLimitedError: (Fault.INSTALLATION, None),
    QuotaExhaustedError: (Fault.INSTALLATION, None),
    KeyRefusedError: (Fault.INSTALLATION, None),
    OptionRefusedError: (Fault.INSTALLATION, None),
    UnknownToServiceError: (Fault.INSTALLATION, None),
    # the rest of what is installed: weights, packages, folders, rights
    DatabaseUnavailableError: (Fault.AGAIN, None),
    DatabaseBusyError: (Fault.AGAIN, None),
    ConfigurationError: (Fault.INSTALLATION, SETTINGS),
    MachineError: (Fault.INSTALLATION, f"machine {socket.gethostname()}"),
}
"""By class: whose fault, and which part is missing where the class alone says so."""

EVERYTHING_NEEDS = STORE
"""Without this part no stage gets anywhere."""

_OF_MACHINE: Mapping[int, tuple[type[MachineError], str]] = {
    errno.ENOSPC: (MachineFullError, "Free some space on it."),
    errno.EDQUOT: (MachineFullError, "Raise the disk quota."),
    errno.EROFS: (MachineError, "Mount it read-write."),
    errno.EIO: (MachineError, "Look at the kernel's log: the disk may be failing."),
    errno.EMFILE: (MachineError, "Raise the limit on open files (`ulimit -n`)."),
    errno.ENFILE: (MachineError, "Raise the limit on open files (`fs.file-max`)."),
    errno.ENOMEM: (MachineError, "Use fewer workers, or add memory."),
    errno.EAGAIN: (MachineError, "Raise the limit on processes (`ulimit -u`)."),
    errno.EACCES: (MachineError, "Give this user read and write access there."),
    errno.EPERM: (MachineError, "Give this user read and write access there."),
}
"""System errors that concern the machine, whichever document met them."""


def fault_of(error: PipelineError) -> Fault:
    """Returns the fault of an error, by its class or the nearest parent in the table."""
    fault = _row(error)[0]
    # of a service that nobody can name, nobody can say that it serves others
    return Fault.MOMENT if fault is Fault.EITHER and not error.where else fault


def part_of(error: PipelineError) -> str:
    """Name the missing part of the installation for people: ``object store``, ``api.openai.com``."""
    return _row(error)[1] or error.where or "service"


def of_machine(error: BaseException) -> PipelineError | None:
    """Translates a system error about this machine; None if it may be the document's fault, or a defect."""
    row = _OF_MACHINE.get(error.errno or 0) if isinstance(error, OSError) else None
    if row is None:
        return None
    assert isinstance(error, OSError)
    kind, remedy = row
    place = f" {error.filename}" if isinstance(error.filename, str) and kind is MachineFullError else ""
    found = kind(f"This machine{place}: {error.strerror}.", where=socket.gethostname(), remedy=remedy)
    found.__cause__ = error
    return found


def foreseen(error: Exception) -> PipelineError:
    """The error itself if it is the pipeline's own, or what it says of the machine; any other is a defect."""
    if isinstance(error, PipelineError):
        return error
    if (found := of_machine(error)) is not None:
        return found
    unforeseen = UnexpectedError(f"{type(error).__name__}: {error}")
    unforeseen.__cause__ = error
    return unforeseen


def _row(error: PipelineError) -> tuple[Fault, str | None]:
    return next(FAULTS[kind] for kind in type(error).__mro__ if kind in FAULTS)
