"""Every validation rule, and the report of them all. Adding one is a function and a row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline_core.domain.findings import Finding, Severity
from pipeline_core.domain.staging import Differing
from pipeline_core.validation import (
    contradiction_rules,
    echo_rules,
    fact_rules,
    ledger_rules,
    page_rules,
    published_rules,
    text_rules,
)
from pipeline_core.validation.published_rules import CONTRADICTS_PUBLISHED, contradictions
from pipeline_core.validation.subject import Rule, Subject

RULES: tuple[Rule, ...] = (
    Rule("empty_text", "1", text_rules.empty_text),
    Rule("garbled_text", "2", text_rules.garbled_text),
    Rule("garbled_chunk", "1", text_rules.garbled_chunks),
    Rule("words_out_of_order", "1", text_rules.words_out_of_order),
    Rule("code_not_closed", "1", text_rules.code_not_closed),
    Rule("pages_lost", "3", text_rules.pages_lost),
    Rule("pages_without_text", "1", page_rules.pages_without_text),
    Rule("read_with_doubt", "1", page_rules.read_with_doubt),
    Rule("chunk_without_outcome", "1", ledger_rules.chunk_without_outcome),
    Rule("text_outside_chunks", "1", ledger_rules.text_outside_chunks),
    Rule("ledger_counts", "2", ledger_rules.ledger_counts),
    Rule("no_facts", "1", ledger_rules.no_facts),
    Rule("oversized_chunk", "1", ledger_rules.oversized_chunk),
    Rule("evidence_not_exact", "1", fact_rules.evidence_not_exact),
    Rule("evidence_scattered_on_page", "1", page_rules.evidence_scattered_on_page),
    Rule("number_not_in_evidence", "5", fact_rules.number_not_in_evidence),
    Rule("unreadable_fact", "1", fact_rules.unreadable_fact),
    Rule("prompt_example_echoed", "2", echo_rules.prompt_example_echoed),
    Rule("contradiction", "3", contradiction_rules.contradiction),
    Rule("contradicting_answers", "1", contradiction_rules.contradicting_answers),
    Rule("contradicts_published", "3", published_rules.contradicts_published),
    Rule("undecided_duplicates", "1", fact_rules.undecided_duplicates),
    Rule("fact_density", "1", fact_rules.fact_density),
)

__all__ = ["RULES", "Rule", "Subject"]


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
