"""Text and table rows of a run's report in the Prefect UI: file names, states, counts, findings; no document text."""

from collections import Counter
from collections.abc import Sequence

from pipeline_core.domain.findings import Severity
from pipeline_core.domain.lifecycle import REVIEW_PAGES, JobState
from pipeline_core.domain.markdown_text import plain
from pipeline_core.domain.rows.costs import CostOfRun
from pipeline_core.domain.rows.jobs import Progress, RunDocument
from pipeline_core.settings import Settings

MOST_DOCUMENTS = 50
"""Lines of a summary; the rest is counted. Those that need somebody come first."""
MOST_FINDINGS = 200
MOST_USERS = 10
"""Users that a run is tagged with."""
AWAITING_REVIEW = "awaiting-review"
"""The tag of runs that ended with documents that wait for a person."""

_FIRST = (JobState.AWAITING_REVIEW, JobState.DEADLETTER, JobState.RETRYABLE, JobState.QUEUED, JobState.WORKING)
_RANKS = {state: rank for rank, state in enumerate(_FIRST)}
_SEVERITIES = {severity.value: rank for rank, severity in enumerate(Severity)}


def counted(rows: Sequence[RunDocument | Progress]) -> str:
    """Say how many documents are in each state."""
    states = Counter(row.state for row in rows)
    return ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in states.most_common())


def first_and_more(names: Sequence[str]) -> str:
    """One name, or the first and how many more."""
    return names[0] if len(names) == 1 else f"{names[0]} + {len(names) - 1} more"


def name_at_end(name: str, rows: Sequence[RunDocument]) -> str:
    """The run's name, which says first that documents wait for a person: Prefect colours a state by its type only."""
    waiting = sum(row.state == JobState.AWAITING_REVIEW for row in rows)
    if not waiting:
        return name
    return f"{f'{waiting} ' if len(rows) > 1 else ''}awaiting review: {name}"


def tags_at_end(rows: Sequence[RunDocument]) -> set[str]:
    """Return the tags for the list of runs that are known only at the end."""
    return {AWAITING_REVIEW} if any(row.state == JobState.AWAITING_REVIEW for row in rows) else set()


def tags_of(rows: Sequence[RunDocument], *, retried: bool) -> set[str]:
    """Whose documents, with which profile, in which lanes."""
    users = sorted({f"user:{row.realm_id}" for row in rows})
    lanes = {"lane:batch"} if len(rows) > 1 else {"lane:slow"}
    return {*users[:MOST_USERS], *(f"profile:{row.profile}" for row in rows), *lanes} | (
        {"lane:slow"} if retried else set()
    )


def summary(rows: Sequence[RunDocument], costs: Sequence[CostOfRun], settings: Settings) -> str:
    """The run in markdown: what became of each document, what waits and how to decide, and what was paid."""
    ordered = sorted(rows, key=lambda row: (_RANKS.get(row.state, len(_RANKS)), row.filename))
    return "\n\n".join(
        part
        for part in (
            f"**{len(rows)} documents**: {counted(rows)}" if len(rows) != 1 else "",
            _documents(ordered),
            _waiting([row for row in ordered if row.state == JobState.AWAITING_REVIEW], settings),
            _dead([row for row in ordered if row.state == JobState.DEADLETTER]),
            _cost(costs),
        )
        if part
    )


def _documents(rows: Sequence[RunDocument]) -> str:
    lines = ["| document | state | stage | facts | findings |", "|---|---|---|---|---|"]
    for row in rows[:MOST_DOCUMENTS]:
        state = row.outcome or row.state.replace("_", " ")
        severities = Counter(finding["severity"] for finding in row.findings)
        found = ", ".join(f"{severities[name]} {name}" for name in _SEVERITIES if severities[name]) or "none"
        lines.append(f"| {plain(row.filename)} | {state} | {row.stage.replace('_', ' ')} | {row.facts} | {found} |")
    return "\n".join(lines) + _more(rows)


def _waiting(rows: Sequence[RunDocument], settings: Settings) -> str:
    if not rows:
        return ""
    base = (settings.api_url or f"http://{settings.api_host}:{settings.api_port}").rstrip("/")
    lines = ["## Waiting for a person"]
    for row in rows[:MOST_DOCUMENTS]:
        job_id = row.job_id
        criticals = sum(finding["severity"] == Severity.CRITICAL for finding in row.findings)
        why = f"undecided near-duplicates: {row.undecided}" if row.undecided else "its facts wait for review"
        why = f"critical findings: {criticals}" if row.phase == 4 else why
        page = f"{base}{REVIEW_PAGES[row.phase].format(job_id)}"
        lines.append(f"- **{plain(row.filename)}**: {why}. [Review page]({page}), or `pipeline review {job_id}`")
    form = "Or use the form of the deployment `review-document`; its field `document` takes the id of the job."
    return "\n".join(lines) + _more(rows) + f"\n\n{form}"


def _dead(rows: Sequence[RunDocument]) -> str:
    if not rows:
        return ""
    lines = [
        f"- **{plain(row.filename)}**: {plain(row.error_code or 'unknown error')}. "
        f"Why and what to do: `pipeline status {row.job_id}`"
        for row in rows[:MOST_DOCUMENTS]
    ]
    return "\n".join(["## Dead letters", *lines]) + _more(rows)


def _cost(costs: Sequence[CostOfRun]) -> str:
    if not costs:
        return "Nothing was paid for."
    lines = ["## Cost", "| stage | model | outcome | calls | US dollars |", "|---|---|---|---|---|"]
    for row in costs:
        spent = row.cost_usd
        lines.append(f"| {row.stage} | {plain(row.model)} | {row.outcome} | {row.calls} | {spent:.4f} |")
    total = sum(row.cost_usd for row in costs)
    together = f"Total: {total:.4f} US dollars for everything that shares the budget of this run."
    return "\n".join([lines[0], "", *lines[1:], "", together])


def _more(rows: Sequence[RunDocument]) -> str:
    return f"\n\nAnd {len(rows) - MOST_DOCUMENTS} more." if len(rows) > MOST_DOCUMENTS else ""


def findings(rows: Sequence[RunDocument]) -> list[dict[str, str]]:
    """A line for each finding, the worst first."""
    lines = [
        {
            "document": row.filename,
            "severity": finding["severity"],
            "code": finding["code"],
            "about": finding["subject"],
            "message": finding["message"],
        }
        for row in rows
        for finding in row.findings
    ]
    return sorted(lines, key=lambda line: (_SEVERITIES[line["severity"]], line["document"]))[:MOST_FINDINGS]
