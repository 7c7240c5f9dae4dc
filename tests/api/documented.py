"""The console examples of a document, run in their order in one shell, and compared with what the document shows."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANYTHING = "…"
_END = "\x1e"


@dataclass(frozen=True)
class Example:
    """A command and the output that the document shows for it; ``…`` stands for anything."""

    line: int
    command: str
    shown: str

    def is_answered_by(self, output: str) -> bool:
        """Whether the output is as shown. White space is not compared: long lines are broken in the document."""
        parts = (re.escape(_bare(part)) for part in self.shown.split(_ANYTHING))
        return re.fullmatch(".*".join(parts), _bare(output), re.DOTALL) is not None


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def examples(document: str) -> list[Example]:
    """Every command of the document, its continuation lines included."""
    found = []
    for block in _BLOCK.finditer(document):
        line = document.count("\n", 0, block.start()) + 2
        for part in re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]:
            lines = part.splitlines()
            length = next(number for number, one in enumerate(lines, 1) if not one.endswith("\\"))
            found.append(Example(line, "\n".join(lines[:length]), "\n".join(lines[length:])))
            line += len(lines)
    return found


def run(commands: list[str], environment: Mapping[str, str], *, within_s: float) -> list[tuple[str, int]]:
    """Output and exit status of each command, in the repository's folder, in one shell that all of them share."""
    script = "".join(f"{command}\nprintf '{_END}%d{_END}' $?\n" for command in commands)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", f"exec 2>&1\n{script}"],
        cwd=ROOT,
        env={**os.environ, **environment, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=within_s,
    )
    parts = done.stdout.split(_END)[:-1]
    return [(output, int(status)) for output, status in zip(parts[::2], parts[1::2], strict=True)]
