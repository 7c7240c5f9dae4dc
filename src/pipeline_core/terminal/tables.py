"""Results of a run, as tables for people."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel

from pipeline_core.domain.confidence_model import in_words
from pipeline_core.domain.errors import explain
from pipeline_core.domain.facts import LeftOut, Span, shown_quotes
from pipeline_core.domain.findings import FindingRow
from pipeline_core.domain.jobs import is_parked, missing_part
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.rows.details import DocumentDetail
from pipeline_core.domain.rows.facts import WeighedFact
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.rows.search import FoundFact, Hit
from pipeline_core.domain.wording import all_names, counted, dated
from pipeline_core.services.own_policy import PolicyLeft
from pipeline_core.terminal.hints import pasteable, program, typed
from pipeline_core.terminal.jobs_table import place_of
from pipeline_core.terminal.places import place

_IN_FULL = 10
_COMPARED = {"trigram": "letters", "scored": "words and meaning"}
_FACTS = {"standard": "its facts", "deep": "what its deep scan found"}


def short(value: object) -> str:
    """The first part of an id: enough to name a job."""
    return str(value)[:8]


def print_waiting(console: Console, rows: Sequence[DocumentJob]) -> None:
    """Print what waits for a person, why, and the command to decide; of many, a line each."""
    waiting = [row for row in rows if row.state == JobState.AWAITING_REVIEW]
    if len(waiting) > _IN_FULL:
        _list_waiting(console, waiting)
        return
    for row in waiting:
        job = short(row.job_id)
        name = escape(row.filename)
        if row.stage == "validation_review":
            console.print(
                f"[yellow]●[/] [bold]{name}[/] waits: validation found {counted(row.critical, 'critical finding')}."
            )
            _command(console, "see", f"review {job}")
            _command(console, "decide", f"review {job} return")
            _command(console, "", f'review {job} override --reason "…"')
            _command(console, "", f"review {job} reject")
        else:
            waits_for = [
                *([f"{counted(row.undecided, 'pair')} of near-duplicates"] if row.undecided else []),
                *([unsure(row.facts_to_decide)] if row.facts_to_decide else []),
            ]
            what = " and ".join(waits_for) or _FACTS[row.profile]
            console.print(f"[yellow]●[/] [bold]{name}[/] waits: a person must look at {what}.")
            _command(console, "see", f"review {job}")
            for what, rest in _how_to_approve(job, row.undecided, row.undecided_alike):
                _command(console, what, rest)
            _command(console, "", f"review {job} reject")


def _command(console: Console, what: str, rest: str) -> None:
    """A command in one line, so that it can be pasted, however narrow the terminal is."""
    console.print(f"    {what:<8} {program()} {rest}", highlight=False, soft_wrap=True)


def _how_to_approve(job: str, undecided: int, alike: int) -> list[tuple[str, str]]:
    """Commands that can be copied without losing a fact: what differs stays beside what was there."""
    approve = f"review {job} approve"
    if undecided and 0 < alike < undecided:
        return [
            ("decide", f"review {job} resolve --pair ID --as keep_existing   # {alike} without a difference"),
            ("", f"{approve} --duplicates keep_both   # then the other {undecided - alike}"),
        ]
    flag = f" --duplicates {'keep_existing' if alike else 'keep_both'}" if undecided else ""
    return [("decide", approve + flag)]


def unsure(facts: int) -> str:
    """Facts that a person is asked about, by their confidence."""
    return f"{counted(facts, 'fact')} of medium confidence"


def why_it_waits(*, at_validation: bool, critical: int, undecided: int, profile: str, to_decide: int = 0) -> str:
    """Describe what a person is to look at, in few words."""
    if at_validation:
        return counted(critical, "critical finding")
    if undecided:
        return f"{counted(undecided, 'pair')} of near-duplicates"
    return unsure(to_decide) if to_decide else _FACTS[profile]


def _list_waiting(console: Console, waiting: Sequence[DocumentJob]) -> None:
    for row in waiting:
        why = why_it_waits(
            at_validation=row.stage == "validation_review",
            critical=row.critical,
            undecided=row.undecided,
            profile=row.profile,
            to_decide=row.facts_to_decide,
        )
        console.print(f"[yellow]●[/] {short(row.job_id)}  [bold]{escape(row.filename)}[/]  {why}")
    console.print(f"{counted(len(waiting), 'document waits', 'documents wait')} for a person.")
    _command(console, "see", "review JOB   (or --next, for what has waited longest)")
    _command(console, "decide", "review JOB approve|reject|return|override")


def print_failures(console: Console, rows: Sequence[DocumentJob], refused: Sequence[tuple[str, Any]]) -> None:
    """Print what failed, is held or was not taken, why, and what to do."""
    _print_held(console, [row for row in rows if missing_part(row)])
    for row in rows:
        if row.state in (JobState.DEADLETTER, JobState.RETRYABLE) and row.last_error:
            error = explain(row.last_error or {})
            console.print(f"[red]✗[/] [bold]{escape(row.filename)}[/]: {escape(error.message)}")
            console.print(f"    {escape(pasteable(error.what_to_do))}", highlight=False)
            if row.state == JobState.DEADLETTER:
                _command(console, "then", f"retry {short(row.job_id)}")
        elif is_parked(row):
            error = explain(row.last_error or {})
            console.print(f"[yellow]●[/] [bold]{escape(row.filename)}[/] is parked: {escape(error.message)}")
            console.print(f"    {escape(pasteable(error.what_to_do))}", highlight=False)
    for name, error in refused:
        console.print(f"[red]✗[/] [bold]{escape(name)}[/] was not accepted: {escape(error.message)}")
        console.print(f"    {escape(pasteable(error.what_to_do))}", highlight=False)


def _print_held(console: Console, held: Sequence[DocumentJob]) -> None:
    """Each part that is missing, once: how many documents wait for it, and what to do."""
    for part, count in Counter(missing_part(row) for row in held).items():
        error = explain(next(row.last_error or {} for row in held if missing_part(row) == part))
        wait = counted(count, "document waits", "documents wait")
        console.print(f"[yellow]●[/] {wait} for the {escape(str(part))}: {escape(error.message)}")
        console.print(f"    {escape(pasteable(error.what_to_do))}", highlight=False)


def print_copies(console: Console, copies: Sequence[tuple[str, str]]) -> None:
    """Files that say what another says, byte for byte: one document, which has both names."""
    for name, other in copies[:_IN_FULL]:
        console.print(f"[dim]=[/] [bold]{escape(name)}[/] has the same content as {escape(other)}: one document.")
    if more := copies[_IN_FULL:]:
        console.print(f"[dim]=[/] … and {counted(len(more), 'more file')} with the content of another")


def print_policy_left(console: Console, left: Sequence[PolicyLeft]) -> None:
    """Known documents for which other thresholds were given that do not hold."""
    for one in left[:_IN_FULL]:
        console.print(f"[yellow]●[/] [bold]{escape(one.filename)}[/] keeps its thresholds: {one.why}.")
        console.print(f"    {one.action}", highlight=False)
    if more := left[_IN_FULL:]:
        console.print(f"[yellow]●[/] … and {counted(len(more), 'more document')} that keep theirs")


def alike(method: str, score: float) -> str:
    """Describe how alike two facts are, and by what they were compared."""
    return "the same words" if method == "exact" else f"{score:.0%} alike by {_COMPARED[method]}"


def print_review(console: Console, job: DocumentDetail, *, everything: bool = False) -> None:
    """Print what a reviewer needs about one waiting document; ``everything`` adds the pairs already decided."""
    console.print(f"[bold]{escape(job.filename)}[/]  {place_of(job)}  job {job.job_id}")
    print_parked(console, job)
    _print_findings(console, job.findings)
    if job.returned_for:
        console.print("Returned so that its facts can be rejected or edited. Validation had found:")
        _print_findings(console, job.returned_for)
        _command(console, "facts", f"review {short(job.job_id)} --facts, then reject or edit --fact ID")
    print_left_out(console, job)
    _print_to_decide(console, job)
    pairs = [pair for pair in job.pairs if everything or pair.resolution == "pending"]
    if decided := len(job.pairs) - len(pairs):
        console.print(f"Decided: {counted(decided, 'pair')} of near-duplicates; --facts lists them, with their ids.")
    for pair in pairs:
        decision = "" if pair.resolution == "pending" else f"  {pair.resolution}"
        console.print(
            f"[yellow]● near-duplicate[/] {short(pair.duplicate_id)}  "
            f"{alike(pair.method, pair.similarity_score)}{decision}"
        )
        if pair.differ:
            console.print(f"    differ    {pair.differ}", highlight=False)
        if pair.resolution == "pending":
            command = f"review {short(job.job_id)} resolve --pair {short(pair.duplicate_id)}"
            console.print(f"    decide    {typed(command)} --as {pair.proposed}", highlight=False, soft_wrap=True)
        console.print(
            Padding(f"new       {_at(pair.staged_page, pair.staged_unit)}{escape(pair.staged_text)}", (0, 0, 0, 4))
        )
        of = " of " if (at := _at(pair.existing_page, pair.existing_unit).strip()) else ""
        where = f"{at}{of}{escape(pair.existing_file or 'a question bank')}"
        console.print(Padding(f"existing  {where}  {escape(pair.existing_text or '(gone)')}", (0, 0, 0, 4)))
    if job.profile == "deep":
        console.print("A deep scan: published facts stay as they are until you decide on the new ones.")
    elif job.state != JobState.AWAITING_REVIEW:
        console.print("It is not waiting for a decision.")
        _command(console, "facts", f"review {short(job.job_id)} --facts")
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
        _command(console, "take back", f"review {short(job.job_id)} undo")


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


def print_hits(console: Console, hits: Sequence[Hit]) -> None:
    """Search results, the first one in full."""
    for position, hit in enumerate(hits, 1):
        path = " › ".join(hit.heading_path or [])
        at = place(hit.page, hit.page_unit)
        names = escape(all_names(hit.filename, hit.also_named)) if hit.filename else ""
        where = f"{names}{f', {at}' if at else ''}" if names else "a question bank"
        source = where + (f" · {escape(path)}" if path else "")
        title, body = _said(hit)
        if position == 1:
            text = f"{title}\n\n[bold]{body}[/]\n\n" if title else f"[bold]{body}[/]\n\n"
            for fact in hit.facts:
                asked, said = _said(fact)
                text += f"[dim]fact[/]     {f'{asked} ' if asked else ''}[bold]{said}[/]\n"
            # a bank's answer is its own word: there is no document to quote; a passage is its own evidence
            if hit.evidence and hit.kind == "fact":
                text += f"[dim]evidence[/] “{escape(_evidence(hit, 400))}”\n"
            quote = f"{hit.match} quote · " if hit.match else ""
            text += f"[dim]source[/]   {source}\n"
            # found by its words alone: there is no similarity to tell
            alike = "" if hit.similarity is None else f" · similarity {hit.similarity:.2f}"
            text += f"[dim]match[/]    {quote}score {hit.score:.4f}{alike}"
            # a question is too long for the frame of a narrow terminal
            console.print(Panel(text, title=hit.kind, title_align="left", border_style="green"))
        else:
            # its best fact says it in fewer words
            title, body = _said(hit.facts[0]) if hit.facts else (title or "passage", body)
            console.print(
                f"{position}. {f'{title}  ' if title else ''}[bold]{_clip(body, 160)}[/]\n   [dim]{source}[/]"
            )


def _said(hit: FoundFact) -> tuple[str, str]:
    """The question, "" where none is natural, and what is said; of a passage, how it begins."""
    if hit.kind == "passage":
        return "", escape(_clip(hit.evidence, 300))
    if hit.question is None:
        return "", escape(hit.statement or hit.evidence or "")
    return escape(hit.question), escape(hit.answer or hit.statement or "")


def _evidence(hit: FoundFact, length: int) -> str:
    if hit.spans:
        return shown_quotes([Span.from_json(span) for span in hit.spans], length)
    return _clip(hit.evidence, length)


def _clip(text: str | None, length: int) -> str:
    flat = " ".join((text or "").split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"
