"""The inside of a conversion process: its limits, its end, and the one call it makes. Imports stay light."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from pipeline_core.adapters.converters.source import ConvertOptions, ScansFound, Source
from pipeline_core.domain.errors import (
    ConfigurationError,
    ConversionCrashedError,
    PipelineError,
    UnexpectedError,
)
from pipeline_core.domain.faults import of_machine

T = TypeVar("T")
_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
OUT_OF_MEMORY = 77
"""Exit status of a worker that ran out of memory: what is left of its heap is not used again."""


def start(memory_mb: int) -> None:
    """Set this process up: memory limit in MiB, no core dumps, quiet output, and an end with its parent's."""
    import ctypes
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # macOS does not enforce RLIMIT_AS
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = memory_mb << 20
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        with suppress(
            AttributeError
        ):  # glibc sets 64 MiB of address space aside for two threads then, not eight a core
            ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)
    # The pool ends a worker with SIGTERM; a Python handler would wait for native code to return.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(2, 1)  # native libraries may print; the parent's standard output is not theirs
    _die_with_parent()


def _die_with_parent() -> None:
    """Have the kernel end this process when the parent's end of the start-up pipe closes, however it died.

    SIGIO's default action needs no Python code to run, so it also ends a worker that is stuck in native code.
    (PR_SET_PDEATHSIG would fire when the *thread* that started the worker ends.)
    """
    import fcntl
    import multiprocessing

    parent = multiprocessing.parent_process()
    if parent is None:
        return
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    pipe = parent.sentinel
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)


def run(work: Callable[[Source, ConvertOptions], T], source: Source, options: ConvertOptions) -> T:
    """Convert, or whatever else is to be done with the file, in this process.

    Raises:
        DocumentError: as the format's converter does.
        ScansFound: pages are to be read by OCR first.
        UnexpectedError: it raised what no converter should.
        ConfigurationError: the memory limit does not even hold the converter.
    """
    try:
        return work(source, options)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except ImportError as error:
        raise ConfigurationError(
            f"The converter for {source.kind.label} does not load: {error}.",
            action="Raise UPLOAD_PIPELINE_CONVERT_MEMORY_MB (512 or more), or install the package again.",
        ) from error
    except (PipelineError, ScansFound):
        raise
    except Exception as error:
        if (found := of_machine(error)) is not None:
            raise found from error
        raise UnexpectedError(
            f"The converter failed in an unforeseen way: {type(error).__name__}: {error}", where=source.filename
        ) from error
    except BaseException as error:  # a Rust panic is no Exception
        raise ConversionCrashedError(f"The converter crashed on {source.filename}: {error}.") from None
