"""Answers of a search, messages where it finds nothing, and documents that may have the answer once reviewed."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from pipeline_core.domain.errors import NotFoundError
from pipeline_core.domain.facts import Span, shown_quotes
from pipeline_core.domain.rows.search import FoundFact, Hit, SaidThen, WaitingSource
from pipeline_core.domain.search import WITHOUT_WORDS, Answer
from pipeline_core.domain.wording import all_names
from pipeline_core.terminal.hints import typed
from pipeline_core.terminal.tables import clip, place, short


def not_found(answer: Answer) -> NotFoundError:
    """Why there is no answer, and what to do: review what may have it, or look at what comes nearest."""
    if answer.waiting:
        return NotFoundError(
            f"Nothing published answers this. {_may_have_it(answer.waiting[0])}.", action=_review(answer.waiting[0])
        )
    if answer.floor is None or answer.similarity is None:
        return NotFoundError("Nothing published answers this.", action="`pipeline status` shows what is published.")
    least = answer.floor if answer.similarity < answer.floor else answer.floor + WITHOUT_WORDS
    without = "" if least == answer.floor else " and none of its words"
    return NotFoundError(
        f"Nothing published answers this: the nearest has a similarity of {answer.similarity:.2f}{without}, less than "
        f"{least:.2f}.",
        action="Rephrase the question, or see the nearest hits with `--nearest`.",
    )


def print_waiting_sources(console: Console, answer: Answer) -> None:
    """Print the waiting documents that may have a better answer."""
    for waiting in answer.waiting:
        console.print(
            f"[yellow]●[/] {escape(_may_have_it(waiting))}: {_review(waiting)}", highlight=False, soft_wrap=True
        )


def _may_have_it(waiting: WaitingSource) -> str:
    return f"{waiting.filename} may have the answer and waits for review"


def _review(waiting: WaitingSource) -> str:
    return typed(f"review {short(waiting.job_id)}")


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
            for then in filter(None, dict.fromkeys(one.then for one in (*hit.facts, hit))):
                text += f"[dim]then[/]     {escape(_then(then))}\n"
            text += f"[dim]match[/]    {quote}score {hit.score:.4f}{alike}"
            # a question is too long for the frame of a narrow terminal
            console.print(Panel(text, title=hit.kind, title_align="left", border_style="green"))
        else:
            # its best fact says it in fewer words
            title, body = _said(hit.facts[0]) if hit.facts else (title or "passage", body)
            past = (hit.facts[0] if hit.facts else hit).then
            told = f"{source}\n   {escape(_then(past))}" if past else source
            console.print(f"{position}. {f'{title}  ' if title else ''}[bold]{clip(body, 160)}[/]\n   [dim]{told}[/]")


def _then(said: SaidThen) -> str:
    """Say in which version it was published, from when to when, and who let it in."""
    until = f"until {said.until:%Y-%m-%d %H:%M:%S}" if said.until else "and still is"
    version = f"version {said.version}, " if said.version else ""
    people = " and ".join(dict.fromkeys(filter(None, (said.decided_by, said.approved_by))))
    approved = f"approved by {people}" if people else "no person was asked"
    return f"{version}published {said.since:%Y-%m-%d %H:%M:%S} {until}; {approved}"


def _said(hit: FoundFact) -> tuple[str, str]:
    """The question, "" where none is natural, and what is said; of a passage, how it begins."""
    if hit.kind == "passage":
        return "", escape(clip(hit.evidence, 300))
    if hit.question is None:
        return "", escape(hit.statement or hit.evidence or "")
    return escape(hit.question), escape(hit.answer or hit.statement or "")


def _evidence(hit: FoundFact, length: int) -> str:
    if hit.spans:
        return shown_quotes([Span.from_json(span) for span in hit.spans], length)
    return clip(hit.evidence, length)
