"""Results of a run, as tables for people."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding

from pipeline_core.domain.errors import PipelineError, explain
from pipeline_core.domain.jobs import is_parked, is_scan, missing_part
from pipeline_core.domain.lifecycle import JobState
from pipeline_core.domain.rows.jobs import DocumentJob
from pipeline_core.domain.wording import counted, percent_alike
from pipeline_core.services.wishes import ChoiceKept
from pipeline_core.terminal.hints import pasteable, program, typed
from pipeline_core.terminal.plain import plain

_IN_FULL = 10
_COMPARED = {"trigram": "letters", "scored": "words and meaning"}
_FACTS = {False: "its facts", True: "what its deep scan found"}


def short(value: object) -> str:
    """The first part of an id: enough to name a job."""
    return str(value)[:8]


def clip(text: str | None, length: int = 160) -> str:
    """The text in one line, of at most so many characters."""
    flat = " ".join((text or "").split())
    return flat if len(flat) <= length else flat[: length - 1] + "…"


def place(page: int | None, unit: str | None = None, heading_path: Sequence[str] | None = None) -> str:
    """ "p.3", "slide 3", "sheet 2"; of what has no pages its headings, and nothing where there are none."""
    if page is not None:
        return f"p.{page}" if unit in (None, "page") else f"{unit} {page}"
    return " › ".join(heading_path or ())


def print_pair(console: Console, about: str, *, differ: str, decide: str, new: str, existing: str) -> None:
    """A pair of near-duplicates; of one that is decided, ``decide`` is empty."""
    console.print(f"[yellow]● near-duplicate[/] {about}")
    if differ:
        console.print(f"    differ    {differ}", highlight=False)
    if decide:
        console.print(f"    decide    {typed(decide)}", highlight=False, soft_wrap=True)
    for name, words in (("new", new), ("existing", existing)):
        console.print(Padding(f"{name:<9} {words}", (0, 0, 0, 4)))


def alike(method: str, score: float) -> str:
    """Describe how alike two facts are, and by what they were compared."""
    return (
        "the same words"
        if method == "exact"
        else f"{percent_alike(score, is_same=False)}% alike by {_COMPARED[method]}"
    )


def print_waiting(console: Console, rows: Sequence[DocumentJob]) -> None:
    """Print what waits for a person, why, and the command to decide; of many, a line each."""
    waiting = [row for row in rows if row.state == JobState.AWAITING_REVIEW]
    if len(waiting) > _IN_FULL:
        _list_waiting(console, waiting)
        return
    for row in waiting:
        job = short(row.job_id)
        name = plain(row.filename)
        if row.stage == "validation_review":
            console.print(
                f"[yellow]●[/] [bold]{name}[/] waits: validation found {counted(row.critical, 'critical finding')}."
            )
            print_command(console, "see", f"review {job}")
            print_command(console, "page", f"console {job}")
            print_command(console, "decide", f"review {job} return")
            print_command(console, "", f'review {job} override --reason "…"')
            print_command(console, "", f"review {job} reject")
        else:
            waits_for = [
                *([f"{counted(row.undecided, 'pair')} of near-duplicates"] if row.undecided else []),
                *([unsure(row.facts_to_decide)] if row.facts_to_decide else []),
            ]
            what = " and ".join(waits_for) or _FACTS[is_scan(row.profile, row.document_id, row.job_id)]
            console.print(f"[yellow]●[/] [bold]{name}[/] waits: a person must look at {what}.")
            print_command(console, "see", f"review {job}")
            print_command(console, "page", f"console {job}")
            for what, rest in _how_to_approve(job, row.undecided, row.undecided_alike):
                print_command(console, what, rest)
            print_command(console, "", f"review {job} reject")


def print_command(console: Console, what: str, rest: str) -> None:
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


def why_it_waits(*, at_validation: bool, critical: int, undecided: int, is_scan: bool, to_decide: int = 0) -> str:
    """Describe what a person is to look at, in few words."""
    if at_validation:
        return counted(critical, "critical finding")
    if undecided:
        return f"{counted(undecided, 'pair')} of near-duplicates"
    return unsure(to_decide) if to_decide else _FACTS[is_scan]


def _list_waiting(console: Console, waiting: Sequence[DocumentJob]) -> None:
    for row in waiting:
        why = why_it_waits(
            at_validation=row.stage == "validation_review",
            critical=row.critical,
            undecided=row.undecided,
            is_scan=is_scan(row.profile, row.document_id, row.job_id),
            to_decide=row.facts_to_decide,
        )
        console.print(f"[yellow]●[/] {short(row.job_id)}  [bold]{plain(row.filename)}[/]  {why}")
    console.print(f"{counted(len(waiting), 'document waits', 'documents wait')} for a person.")
    print_command(console, "see", "review JOB   (or --next, for what has waited longest)")
    print_command(console, "decide", "review JOB approve|reject|return|override")


def print_failures(console: Console, rows: Sequence[DocumentJob], refused: Sequence[tuple[str, PipelineError]]) -> None:
    """Print what failed, is held or was not taken, why, and what to do."""
    _print_held(console, [row for row in rows if missing_part(row)])
    for row in rows:
        if row.state in (JobState.DEADLETTER, JobState.RETRYABLE) and row.last_error:
            _print_error(console, f"[red]✗[/] [bold]{plain(row.filename)}[/]", explain(row.last_error))
            if row.state == JobState.DEADLETTER:
                print_command(console, "then", f"retry {short(row.job_id)}")
        elif is_parked(row):
            _print_error(
                console, f"[yellow]●[/] [bold]{plain(row.filename)}[/] is parked", explain(row.last_error or {})
            )
    for name, error in refused:
        _print_error(console, f"[red]✗[/] [bold]{plain(name)}[/] was not accepted", error)


def _print_held(console: Console, held: Sequence[DocumentJob]) -> None:
    """Each part that is missing, once: how many documents wait for it, and what to do."""
    for part, count in Counter(missing_part(row) for row in held).items():
        error = explain(next(row.last_error or {} for row in held if missing_part(row) == part))
        wait = counted(count, "document waits", "documents wait")
        _print_error(console, f"[yellow]●[/] {wait} for the {plain(str(part))}", error)


def _print_error(console: Console, what: str, error: PipelineError) -> None:
    console.print(f"{what}: {plain(error.message)}")
    console.print(f"    {plain(pasteable(error.what_to_do))}", highlight=False)


def print_copies(console: Console, copies: Sequence[tuple[str, str]]) -> None:
    """Files that say what another says, byte for byte: one document, which has both names."""
    for name, other in copies[:_IN_FULL]:
        console.print(f"[dim]=[/] [bold]{plain(name)}[/] has the same content as {plain(other)}: one document.")
    if more := copies[_IN_FULL:]:
        console.print(f"[dim]=[/] … and {counted(len(more), 'more file')} with the content of another")


def print_choices_kept(console: Console, left: Sequence[ChoiceKept]) -> None:
    """List the choices that known documents keep though others were given."""
    for one in left[:_IN_FULL]:
        console.print(f"[yellow]●[/] [bold]{plain(one.filename)}[/] keeps its {one.choice}: {one.why}.")
        console.print(f"    {one.action}", highlight=False)
    if more := left[_IN_FULL:]:
        console.print(f"[yellow]●[/] … and {counted(len(more), 'more choice')} that known documents keep")
