"""Audits the locked dependencies: licence, age and maintainers of each, and known vulnerabilities.

Run by ``make audit``. Licences and maintainers are what the installed packages say of themselves; release dates are the
package index's, as uv has them; vulnerabilities are asked of OSV by pip-audit. What could not be asked is named as not
checked: silence is no good news. Exits with 1 if a vulnerability is known, else with 0.
"""

import importlib.metadata
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

LOCKED = Path(__file__).parents[1] / "requirements-dev.txt"
_PIN = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", re.MULTILINE)
_OLD_DAYS = 3 * 365
_TIMEOUT_S = 300
_COPYLEFT = re.compile(r"\bA?L?GPL|GNU (?:Affero |Lesser )?General Public", re.IGNORECASE)
_LONGEST = 60
_REASON = 200
"""Most characters of why something was not checked."""


class Dependency(NamedTuple):
    """One locked package; ``None`` is what could not be found out."""

    name: str
    version: str
    licence: str | None
    released: datetime | None
    maintainers: str | None

    def days(self, now: datetime) -> int | None:
        """Age of the release."""
        return (now - self.released).days if self.released else None


def locked(text: str) -> list[tuple[str, str]]:
    """Names and versions of a requirements file; a package that differs between interpreters is there twice."""
    return [(name.lower(), version) for name, version in _PIN.findall(text)]


def licence_of(metadata: importlib.metadata.PackageMetadata) -> str | None:
    """Return the licence that the package states: an expression, classifiers, or the first line of a text."""
    if expression := _first(metadata, "License-Expression"):
        return expression
    classified = [row for row in metadata.get_all("Classifier") or [] if row.startswith("License")]
    if classified:
        return ", ".join(sorted({row.rpartition(" :: ")[2] for row in classified}))
    said = _first(metadata, "License").strip().splitlines()
    return said[0][:_LONGEST] if said else None


def _first(metadata: importlib.metadata.PackageMetadata, field: str) -> str:
    return next(iter(metadata.get_all(field) or []), "")


def maintainers_of(metadata: importlib.metadata.PackageMetadata) -> str | None:
    """Names, without addresses; an address alone is told up to its @."""
    fields = ("Maintainer", "Maintainer-email", "Author", "Author-email")
    said = ",".join(value for field in fields for value in metadata.get_all(field) or [])
    names = [re.sub(r"<[^>]*>|@\S*", "", part).strip(' "') for part in said.split(",")]
    return ", ".join(dict.fromkeys(name for name in names if name)) or None


def release_dates(pylock: str) -> dict[tuple[str, str], datetime]:
    """Return when the first file of each package in a ``pylock.toml`` was published, by name and version."""
    dates = {}
    for package in tomllib.loads(pylock).get("packages", []):
        files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        times = [file["upload-time"] for file in files if "upload-time" in file]
        if times:
            dates[package["name"], package["version"]] = min(times).astimezone(UTC)
    return dates


def ask_index(requirements: Path) -> tuple[dict[tuple[str, str], datetime], str | None]:
    """Release dates, and why there are none if there are none."""
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        target = Path(folder) / "pylock.toml"
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-deps", "--format", "pylock.toml"]
        done = _run([*command, str(requirements.absolute()), "-o", str(target)], folder)
        if isinstance(done, str) or not target.is_file():
            return {}, done if isinstance(done, str) else _last_line(done.stderr)
        return release_dates(target.read_text("utf-8")), None


class Vulnerable(NamedTuple):
    """A known vulnerability, and the versions that mend it."""

    package: str
    id: str
    fixed_in: str


def vulnerabilities(answer: str) -> list[Vulnerable]:
    """Return the vulnerabilities in pip-audit's JSON.

    Raises:
        ValueError: it is not JSON.
    """
    return [
        Vulnerable(f"{row['name']} {row['version']}", found["id"], ", ".join(found["fix_versions"]) or "none yet")
        for row in json.loads(answer)["dependencies"]
        for found in row.get("vulns", [])
    ]


def ask_pip_audit(requirements: Path) -> tuple[list[Vulnerable], str | None]:
    """Return the known vulnerabilities of the locked versions, or why pip-audit could not check them."""
    options = ["--disable-pip", "--require-hashes", "--vulnerability-service", "osv", "--format", "json"]
    command = [sys.executable, "-m", "pip_audit", *options, "--progress-spinner", "off", "--timeout", "15"]
    done = _run([*command, "--requirement", str(requirements)], None)
    if isinstance(done, str):
        return [], done
    try:
        return vulnerabilities(done.stdout), None
    except (ValueError, KeyError):
        return [], _last_line(done.stderr)


def describe(pins: Sequence[tuple[str, str]], dates: dict[tuple[str, str], datetime]) -> Iterator[Dependency]:
    """Every pin that this interpreter has installed, or could have."""
    for name, version in pins:
        try:
            metadata = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            metadata = None
        if metadata is None or metadata["Version"] != version:
            # another interpreter's or system's: nothing here says anything of it
            yield Dependency(name, version, None, dates.get((name, version)), None)
            continue
        yield Dependency(name, version, licence_of(metadata), dates.get((name, version)), maintainers_of(metadata))


def report(found: Sequence[Dependency], now: datetime) -> Iterator[str]:
    """A line a package, oldest first; those without a date come first of all."""
    for one in sorted(found, key=lambda row: (row.released is not None, row.released or now, row.name)):
        days = one.days(now)
        age = "?" if days is None else f"{days} d"
        licence = f"{one.licence or '?':{_LONGEST}.{_LONGEST}}"
        yield f"{one.name + ' ' + one.version:40} {age:>7}  {licence}  {one.maintainers or '?'}"


def to_look_at(found: Sequence[Dependency], now: datetime) -> Iterator[str]:
    """Yield what a person should decide on."""
    for one in found:
        if one.licence and _COPYLEFT.search(one.licence):
            yield f"{one.name}: licence {one.licence}"
        days = one.days(now)
        if days is not None and days > _OLD_DAYS:
            yield f"{one.name}: no release for {days // 365} years"


def not_checked(found: Sequence[Dependency], reasons: dict[str, str | None]) -> Iterator[str]:
    """Yield what could not be checked, and why."""
    for what, reason in reasons.items():
        if reason:
            yield f"{what}: {reason}"
    for what, field in (("licence", "licence"), ("release date", "released"), ("maintainers", "maintainers")):
        if names := [f"{one.name} {one.version}" for one in found if getattr(one, field) is None]:
            yield f"{what} of {len(names)}: {', '.join(names)}"


def main(requirements: Path = LOCKED) -> int:
    now = datetime.now(UTC)
    dates, no_dates = ask_index(requirements)
    vulnerable, not_asked = ask_pip_audit(requirements)
    found = list(describe(locked(requirements.read_text("utf-8")), dates))
    print(f"{len(found)} locked packages: version, age of the release, licence, maintainers")
    print("\n".join(report(found, now)))
    concerns = [f"{one.package}: {one.id}, mended in {one.fixed_in}" for one in vulnerable]
    concerns += to_look_at(found, now)
    open_questions = list(not_checked(found, {"known vulnerabilities": not_asked, "release dates": no_dates}))
    for title, lines in (("To look at", concerns), ("Not checked", open_questions)):
        print(f"\n{title}:" + "".join(f"\n- {line}" for line in lines or ["nothing"]))
    return 1 if vulnerable else 0


def _run(command: Sequence[str], folder: str | None) -> "subprocess.CompletedProcess[str] | str":
    """Return the finished process, or why it was stopped."""
    try:
        return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return f"no answer within {_TIMEOUT_S} s"


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:_REASON] if lines else "it said nothing"


if __name__ == "__main__":
    sys.exit(main())
