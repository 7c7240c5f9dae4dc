"""Commands as they can be pasted into the shell that the reader sits at."""

import shlex
import shutil
import sys
from functools import cache
from pathlib import Path

NAME = "pipeline"


@cache
def program() -> str:
    """Return the command as typed here: by its name where the shell finds it, else by its path."""
    called = Path(sys.argv[0])
    beside = called if called.name == NAME else Path(sys.executable).parent / NAME
    if not beside.is_file():
        # there is no script, only the module
        return f"{_shortest(Path(sys.executable))} -m pipeline_core"
    found = shutil.which(NAME)
    return NAME if found and Path(found).samefile(beside) else _shortest(beside)


def typed(rest: str) -> str:
    """A whole command: ``typed("review JOB")``."""
    return f"{program()} {rest}"


def beside(name: str) -> str:
    """Return another program of this environment as typed here: by its name where the shell finds it, else its path."""
    file = Path(sys.executable).parent / name
    if not file.is_file():
        return f"{_shortest(Path(sys.executable))} -m {name}"
    found = shutil.which(name)
    return name if found and Path(found).samefile(file) else _shortest(file)


def pasteable(text: str) -> str:
    """A sentence with commands in it, which stand in backquotes."""
    return text.replace(f"`{NAME} ", f"`{program()} ")


def _shortest(file: Path) -> str:
    """Its path from here if it is below, whole otherwise. Links are kept: an environment's Python is one."""
    file, here = file.absolute(), Path.cwd()
    is_below = file.is_relative_to(here) and here != Path(here.anchor)
    return shlex.quote(str(file.relative_to(here) if is_below else file))
