"""What the documentation calls a setting is one."""

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline_core.settings import PREFIX, Settings, variable_of
from tests.support.paths import ROOT

_TEXTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "prefect.yaml", "Makefile", "docs", "deployments", "examples",
          "benchmarks", "sql", "src", "flows", "tasks")  # fmt: skip
_ENDINGS = {".md", ".yaml", ".yml", ".json", ".toml", ".py", ".sql", ".html", ""}
_NAMED = re.compile(r"(?<![\w-])UPLOAD_PIPELINE_([A-Z0-9_]*)(…?)")
_SHORT = re.compile(r"(?<![\w-])…_([A-Z][A-Z0-9_]*)")


def texts() -> Iterator[Path]:
    for name in _TEXTS:
        top = ROOT / name
        yield from [top] if top.is_file() else (one for one in top.rglob("*") if one.is_file())


def wrong_names(text: str) -> list[str]:
    """``UPLOAD_PIPELINE_…`` may leave the rest of a name out, and ``…_NAME`` its beginning."""
    known = {variable_of(name).removeprefix(PREFIX) for name in Settings.model_fields}
    known |= {name.upper() for name in Settings.model_fields}
    wrong = []
    for name, is_begun in _NAMED.findall(text):
        # a program may put a name together of its beginning and more
        begins = bool(is_begun) or name.endswith("_") or not name
        if name not in known and not (begins and any(one.startswith(name) for one in known)):
            wrong.append(f"{PREFIX}{name}{is_begun}")
    endings = [name for name in _SHORT.findall(text) if not any(f"_{one}".endswith(f"_{name}") for one in known)]
    return wrong + [f"…_{name}" for name in endings]


def test_every_name_in_the_documentation_is_a_setting() -> None:
    found = {path: wrong_names(path.read_text()) for path in texts() if path.suffix in _ENDINGS}
    assert len(found) > 100
    assert {str(path.relative_to(ROOT)): names for path, names in found.items() if names} == {}


def test_a_wrong_name_is_found() -> None:
    text = (
        "`UPLOAD_PIPELINE_CACHE_DAYS`, `…_CACHE_YEARS`, UPLOAD_PIPELINE_CONVERSION_…; UPLOAD_PIPELINE_HOME, …_MEMORY_MB"
    )
    assert wrong_names(text) == ["UPLOAD_PIPELINE_CACHE_DAYS", "UPLOAD_PIPELINE_CONVERSION_…", "…_CACHE_YEARS"]
