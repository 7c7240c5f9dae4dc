"""What became of an office file before xberg reads it."""

from dataclasses import dataclass

from pipeline_core.domain.findings import Finding


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The file's bytes, and what had to be said about it."""

    data: bytes
    findings: tuple[Finding, ...] = ()
