"""Reviewing on the command line: a document with its pairs and findings, its facts, and what waits next."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from pipeline_core.domain.confidence_model import in_words
from pipeline_core.domain.facts import LeftOut
from pipeline_core.domain.findings import FindingRow
from pipeline_core.domain.ids import DocumentId
from pipeline_core.domain.jobs import is_scan
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.review import StagedFact, WaitingJob
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.domain.rows.facts import WeighedFact
from pipeline_core.domain.wording import counted, dated
from pipeline_core.terminal.hints import typed
from pipeline_core.terminal.jobs_table import place_of
from pipeline_core.terminal.tables import alike, place, print_command, print_pair, print_waiting, short, why_it_waits

if TYPE_CHECKING:
    from pipeline_core.client import Client


Row = dict[str, Any]


def print_review(console: Console, job: DocumentDetail, *, everything: bool = False) -> None:
    """Print what a reviewer needs about one waiting document; ``everything`` adds the pairs already decided."""
    console.print(f"[bold]{escape(job.filename)}[/]  {place_of(job)}  job {job.job_id}")
    print_parked(console, job)
    _print_findings(console, job.findings)
    if job.returned_for:
        console.print("Returned so that its facts can be rejected or edited. Validation had found:")
        _print_findings(console, job.returned_for)
        print_command(console, "facts", f"review {short(job.job_id)} --facts, then reject or edit --fact ID")
    print_left_out(console, job)
    _print_to_decide(console, job)
    pairs = [pair for pair in job.pairs if everything or pair.resolution == "pending"]
    if decided := len(job.pairs) - len(pairs):
        console.print(f"Decided: {counted(decided, 'pair')} of near-duplicates; --facts lists them, with their ids.")
    for pair in pairs:
        is_decided = pair.resolution != "pending"
        named = short(pair.duplicate_id)
        at = _at(pair.existing_page, pair.existing_unit).strip()
        where = f"{at}{' of ' if at else ''}{escape(pair.existing_file or 'a question bank')}"
        print_pair(
            console,
            f"{named}  {alike(pair.method, pair.similarity_score)}{f'  {pair.resolution}' if is_decided else ''}",
            differ=pair.differ,
            decide="" if is_decided else f"review {short(job.job_id)} resolve --pair {named} --as {pair.proposed}",
            new=f"{_at(pair.staged_page, pair.staged_unit)}{escape(pair.staged_text)}",
            existing=f"{where}  {escape(pair.existing_text or '(gone)')}",
        )
    if is_scan(job.profile, job.document_id, job.job_id):
        console.print("A deep scan: published facts stay as they are until you decide on the new ones.")
    elif job.state != JobState.AWAITING_REVIEW:
        console.print("It is not waiting for a decision.")
        print_command(console, "facts", f"review {short(job.job_id)} --facts")
    elif not (job.findings or job.returned_for or job.pairs or job.to_decide):
        console.print("No problems were found: look at its facts, then approve or reject.")
    print_waiting(console, [job])


def print_parked(console: Console, job: DocumentDetail) -> None:
    """The decision that can be taken back still, or that was refused when its time came."""
    if (parked := job.parked) is None:
        return
    said = f"{parked.by} decided “{parked.decision}” on {dated(parked.taken_at)}"
    if parked.error:
        console.print(f"[red]●[/] {escape(said)}; it was refused: {escape(parked.error['message'])}")
    else:
        console.print(f"[yellow]●[/] {escape(said)}; it is carried out at {parked.due_at:%H:%M:%S %Z}.")
        print_command(console, "take back", f"review {short(job.job_id)} undo")


def _at(page: int | None, unit: str | None) -> str:
    at = place(page, unit)
    return f"{at}  " if at else ""


def print_left_out(console: Console, job: DocumentDetail) -> None:
    """Facts that the system keeps out of production, and how to take one in."""
    for fact in job.left_out_facts:
        why = f"{LeftOut(fact.reason).words}: " if fact.reason != LeftOut.LOW_CONFIDENCE else ""
        console.print(f"[yellow]● left out[/] {short(fact.question_id)}  {why}{escape(fact.statement)}")
        _print_confidence(console, fact)
    if job.left_out_facts:
        command = f"pipeline review {short(job.job_id)} approve --fact ID"
        console.print(f"    take in  {command}", highlight=False)


def _print_to_decide(console: Console, job: DocumentDetail) -> None:
    """Facts that are not sure enough to be published unseen."""
    for fact in job.to_decide:
        console.print(f"[yellow]● decide[/] {short(fact.question_id)}  {escape(fact.statement)}")
        _print_confidence(console, fact)
    if job.to_decide:
        command = f"review {short(job.job_id)} reject --fact ID"
        console.print(f"    drop     {typed(command)}   # the others are approved with the document", highlight=False)


def _print_confidence(console: Console, fact: WeighedFact) -> None:
    if said := in_words(fact.confidence, fact.confidence_reasons):
        console.print(Padding(f"[dim]{escape(said)}[/]", (0, 0, 0, 4)), highlight=False)


def _print_findings(console: Console, findings: Sequence[FindingRow]) -> None:
    """Each with the short id of the fact that it is about, if it is about one."""
    for finding in findings:
        style = {"critical": "red", "warning": "yellow"}.get(finding["severity"], "dim")
        fact = f" (fact {short(finding['subject'])})" if _is_id(finding["subject"]) else ""
        console.print(f"[{style}]● {finding['severity']}[/] {finding['code']}{fact}: {escape(finding['message'])}")


def _is_id(subject: str) -> bool:
    try:
        UUID(subject)
    except ValueError:
        return False
    return True


def next_after(client: "Client", document_id: DocumentId, phase: int) -> WaitingJob | None:
    """Return the next document to look at: first another in the same phase, then any."""
    besides = (document_id,)
    return client.next_waiting(phase=phase, besides=besides) or client.next_waiting(besides=besides)


def print_next(console: Console, waiting: WaitingJob | None) -> None:
    if waiting is None:
        console.print("[dim]Nothing else waits for a person.[/]")
        return
    why = why_it_waits(
        at_validation=waiting.phase == 4,
        critical=waiting.critical,
        undecided=waiting.undecided,
        is_scan=is_scan(waiting.profile, waiting.document_id, waiting.job_id),
        to_decide=waiting.facts_to_decide,
    )
    console.print(
        f"Next: [bold]{escape(waiting.filename)}[/] ({why}, "
        f"waits since {waiting.waits_since:%Y-%m-%d %H:%M})   {typed(f'review {short(waiting.job_id)}')}",
        soft_wrap=True,
    )


def next_json(waiting: WaitingJob | None) -> dict[str, Any] | None:
    return asdict(waiting) if waiting else None


def facts_to_show(client: "Client", row: DocumentDetail, *, everything: bool) -> list[StagedFact]:
    """The document's facts if they are asked for; of a deep scan that waits, at least those that are new."""
    new = is_scan(row.profile, row.document_id, row.job_id) and row.state == "awaiting_review"
    if not (everything or new):
        return []
    found = client.facts(row.document_id)
    return found if everything else [fact for fact in found if fact.status == "pending"]


def print_facts(console: Console, facts: Sequence[StagedFact]) -> None:
    """Every fact with its id, its status and its evidence."""
    for fact in facts:
        who = (("added", fact.added_by), ("edited", fact.edited_by))
        by = [f" · {what} by {escape(name)}" for what, name in who if name]
        console.print(f"[bold]{short(fact.question_id)}[/] {fact.status}{''.join(by)}  {escape(fact.title)}")
        if fact.answer is not None:
            console.print(Padding(escape(fact.answer), (0, 0, 0, 9)))
        quote = escape(" ".join(fact.quote.split()))
        at = place(fact.page, fact.page_unit, fact.heading_path)
        where = f"{at} · " if at and fact.page is None else f"{at} " if at else ""
        console.print(Padding(f"[dim]{escape(where)}{fact.match}: “{quote}”[/]", (0, 0, 0, 9)))
        if fact.confidence_words:
            console.print(Padding(f"[dim]{escape(fact.confidence_words)}[/]", (0, 0, 0, 9)), highlight=False)
