"""Overviews: all documents, one document, and the doctor's report."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline_core.domain.checks import Check
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.lifecycle import Profile, Workflow
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.domain.rows.facts import ChunkOutcome
from pipeline_core.domain.rows.jobs import Counts, DocumentJob, JobEvent
from pipeline_core.domain.wording import counted
from pipeline_core.services.diagnose import DescribedSetting
from pipeline_core.terminal.hints import pasteable
from pipeline_core.terminal.jobs_table import jobs_table, money, place_of
from pipeline_core.terminal.reviewing import print_left_out, print_parked
from pipeline_core.terminal.tables import print_failures, print_waiting

_OUTCOMES = {
    "facts": "gave",
    "nothing_here": "gave no facts",
    "failed": "failed",
    "not_asked": "without facts, as none were asked for",
}
_WIDE = 110
"""The narrowest terminal with a table of the settings, in characters."""
_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}


def print_overview(console: Console, rows: Sequence[DocumentJob], counts: Counts) -> None:
    if not rows:
        console.print(pasteable("No documents yet. `pipeline run PATH…` adds some."), soft_wrap=True)
        return
    console.print(jobs_table(rows, width=console.width))
    if (hidden := sum(counts.jobs.values()) - len(rows)) > 0:
        console.print(f"[dim]… and {hidden:,} more (--all shows every one)[/]")
    console.print()
    print_waiting(console, rows)
    print_failures(console, rows, [])
    console.print(
        f"[dim]published: {counted(counts.documents, 'document')}, {counted(counts.chunks, 'chunk')}, "
        f"{counted(counts.facts, 'fact')}[/]"
    )


def print_job(console: Console, job: DocumentDetail) -> None:
    console.print(f"[bold]{escape(job.filename)}[/]  {place_of(job)} ({job.percent}%)")
    if job.also_named:
        console.print(f"[dim]{'also':<12} {escape(', '.join(job.also_named))}[/]")
    for name, words in (("tags", ", ".join(job.tags)), ("collection", job.collection)):
        if words:
            console.print(f"[dim]{name:<12} {escape(words)}[/]")
    choices = [
        name
        for name, is_said in (
            (f"{job.workflow} workflow", job.workflow != Workflow.AUTOMATIC),
            (f"{job.profile} profile", job.profile != Profile.STANDARD),
            (f"priority {job.priority}", job.priority),
        )
        if is_said
    ]
    if choices:
        console.print(f"[dim]{'processing':<12} {', '.join(choices)}[/]")
    for name in ("job", "document", "correlation"):
        console.print(f"[dim]{name:<12} {getattr(job, f'{name}_id')}[/]")
    stages = Table(box=None, padding=(0, 1), header_style="bold")
    for title in ("stage", "status", "runs", "retries", "seconds", "cost", "error"):
        stages.add_column(title)
    for row in job.stages:
        seconds = f"{row.seconds:.3f}" if row.seconds is not None else "–"
        stages.add_row(
            row.stage_name, row.status, str(row.runs), str(row.retry_count), seconds,
            money(row.cost_usd), escape(row.error_message or ""),
        )  # fmt: skip
    console.print(stages)
    for outcome in job.ledger:
        console.print(f"[dim]ledger[/]  {escape(ledger_line(outcome))}")
    if job.facts_added:
        console.print(f"[dim]ledger[/]  {counted(job.facts_added, 'fact')} added by reviewers")
    if job.left_out:
        by_reason = sorted(job.left_out_by.items())
        why = ", ".join(f"{_why_left_out(reason)}: {count:,}" for reason, count in by_reason)
        console.print(f"[dim]ledger[/]  {counted(job.left_out, 'fact')} left out of production ({why})")
    print_left_out(console, job)
    for finding in [*job.findings, *job.returned_for]:
        console.print(f"[dim]finding[/] {finding['severity']} {finding['code']}: {escape(finding['message'])}")
    for event in reversed(job.events[:15]):
        console.print(f"[dim]{event.ts:%Y-%m-%d %H:%M:%S}[/] {escape(_event(event))}")
    print_parked(console, job)
    print_waiting(console, [job])
    print_failures(console, [job], [])


def _why_left_out(reason: str) -> str:
    return "another says the same" if reason == "duplicate" else LeftOut(reason).words


def ledger_line(row: ChunkOutcome) -> str:
    """Describe the outcome of some chunks: "9 chunks gave 24 facts", "11 chunks gave no facts: only a heading"."""
    outcome = _OUTCOMES.get(
        row.outcome or "", "were not yet asked for facts" if row.chunks > 1 else "was not yet asked for facts"
    )
    facts = f" {counted(row.facts, 'fact')}" if row.outcome == "facts" else ""
    reason = f": {row.outcome_reason}" if row.outcome_reason else ""
    refused = f" ({counted(row.refused, 'claim')} refused for lack of evidence)" if row.refused else ""
    return f"{counted(row.chunks, 'chunk')} {outcome}{facts}{reason}{refused}"


def _event(event: JobEvent) -> str:
    """Describe the event: its kind, its own name where that says more, and of a person's act who did it and why."""
    said = event.type if event.type == event.code else f"{event.type:<14} {event.code}"
    by, reason = (str(event.payload.get(name) or "").strip() for name in ("by", "reason"))
    return said + (f" by {by}" if by not in ("", "system") else "") + (f": “{reason}”" if reason else "")


def print_checks(console: Console, checks: Sequence[Check]) -> None:
    for check in checks:
        mark, style = _MARKS[check.result]
        console.print(Text.assemble((f"{mark} ", style), (f"{check.name:<13}", "bold"), check.detail), soft_wrap=True)
        if check.fix:
            console.print(f"                → {pasteable(check.fix)}", markup=False, soft_wrap=True)
    console.print()


def print_settings(console: Console, settings: Sequence[DescribedSetting]) -> None:
    """A line each, or, in a narrow terminal, one for the setting and below it what it is; names are never broken."""
    if console.width < _WIDE:
        for row in settings:
            style = "bold" if row.is_set else "dim"
            console.print(Text(f"{row.variable}={row.value}", style), soft_wrap=True)
            console.print(Padding(Text(row.description, "dim"), (0, 0, 0, 4)))
        return
    table = Table(box=None, padding=(0, 1), header_style="bold", title_justify="left")
    table.add_column("setting", no_wrap=True)
    for title in ("value", "what it is"):
        table.add_column(title, overflow="fold")
    for row in settings:
        style = "" if row.is_set else "dim"
        table.add_row(Text(row.variable, style), Text(row.value, style), Text(row.description, "dim"))
    console.print(table)
