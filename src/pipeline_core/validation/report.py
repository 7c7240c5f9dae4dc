"""The report of validation: findings, worst first, and how many there are of each severity."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.staging import Differing
from pipeline_core.validation.published_rules import CONTRADICTS_PUBLISHED, contradictions
from pipeline_core.validation.rules import RULES


def report_of(findings: Iterable[Finding]) -> dict[str, Any]:
    """Returns the report of a job's validation, which its ``validation.json`` also holds."""
    return {"rules": [rule.code for rule in RULES], **_counted(findings)}


def compared_again(report: Mapping[str, Any], pairs: Sequence[Differing]) -> dict[str, Any]:
    """The report with what contradicts production now instead of what did when it was made."""
    kept = [Finding.from_json(row) for row in report.get("findings", []) if row["code"] != CONTRADICTS_PUBLISHED]
    return {**report, **_counted([*kept, *contradictions(pairs)])}


def _counted(findings: Iterable[Finding]) -> dict[str, Any]:
    ordered = sorted(findings, key=lambda finding: list(Severity).index(finding.severity))
    counts = Counter(finding.severity for finding in ordered)
    return {
        **{severity.value: counts[severity] for severity in Severity},
        "findings": [finding.as_json() for finding in ordered],
    }
