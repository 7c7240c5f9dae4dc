"""Question banks and batches, as tables for people."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from pipeline_core.domain.differences import told
from pipeline_core.domain.review import PastDecision, StagedFact, StagedPair
from pipeline_core.domain.rows.batches import ListedBatch
from pipeline_core.domain.wording import counted
from pipeline_core.question_banks.reading import Role
from pipeline_core.services.staging import StagedBank
from pipeline_core.terminal.hints import pasteable, program
from pipeline_core.terminal.tables import alike, clip, print_pair, short

Row = dict[str, Any]
_SHOWN = 20
_STYLES = {"imported": "green", "reviewed": "yellow", "importing": "cyan", "rejected": "dim"}
_ALWAYS = frozenset({"total", "imported"})
_COUNTS = ("total", "pending", "approved", "rejected", "duplicate", "left_out", "imported", "undecided")


def bank_json(staged: StagedBank, row: ListedBatch | None) -> Row:
    return {
        "batch": row,
        "new": staged.new,
        "entries": len(staged.bank.entries),
        "problems": [
            {"line": p.line, "what": p.what, "action": p.action, "left_out": p.is_left_out}
            for p in staged.bank.problems
        ],
        "duplicates": [asdict(pair) for pair in staged.pairs],
    }


def detail_json(
    row: ListedBatch, questions: Sequence[StagedFact], pairs: Sequence[StagedPair], history: Sequence[PastDecision]
) -> Row:
    """One batch with everything that belongs to it."""
    return {
        **row,
        "questions": [question.as_json() for question in questions],
        "duplicates": [asdict(pair) for pair in pairs],
        "history": [asdict(event) for event in history],
    }


def print_bank(console: Console, staged: StagedBank) -> None:
    """Print the contents of a bank by topic, what is wrong with it and where, and what it repeats."""
    entries, problems = staged.bank.entries, staged.bank.problems
    topics = Counter((entry.topic or "–", entry.subtopic or "") for entry in entries)
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for title, justify in (("topic", "left"), ("subtopic", "left"), ("questions", "right")):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    for (topic, subtopic), count in topics.items():
        table.add_row(escape(topic), escape(subtopic), str(count))
    table.add_section()
    table.add_row(Text(f"{counted(len(entries), 'question')}, {staged.new:,} new", "bold"), "", "")
    console.print(table)
    for problem in problems[:_SHOWN]:
        mark = "[red]✗[/]" if problem.is_left_out else "[yellow]●[/]"
        console.print(f"{mark} line {problem.line}: {escape(problem.what)}. [dim]{escape(problem.action)}[/]")
    if len(problems) > _SHOWN:
        console.print(f"  … and {len(problems) - _SHOWN} more (--json lists all)")
    if other := staged.bank.roles.count(Role.IGNORED):
        console.print(f"[dim]{counted(other, 'line is', 'lines are')} blank or text outside of questions[/]")
    print_pairs(console, staged.pairs)


def print_pairs(console: Console, pairs: Sequence[StagedPair]) -> None:
    """Undecided pairs in full; of the others, how many there are."""
    waiting = [pair for pair in pairs if pair.resolution == "pending"]
    for pair in waiting[:_SHOWN]:
        named = short(pair.duplicate_id)
        print_pair(
            console,
            f"{alike(pair.method, pair.score)}  pair {named}",
            differ="; ".join(told(pair.flags)),
            decide=f"batches {short(pair.batch_id)} resolve --pair {named} --duplicates {pair.proposed}",
            new=escape(clip(pair.staged_text)),
            existing=escape(clip(pair.existing_text or "(gone)")),
        )
    if len(waiting) > _SHOWN:
        console.print(f"  … and {len(waiting) - _SHOWN} more")
    for resolution, count in Counter(pair.resolution for pair in pairs if pair.resolution != "pending").items():
        console.print(f"[dim]{counted(count, 'pair')} decided: {resolution}[/]")


def batches_table(rows: Sequence[ListedBatch]) -> Table:
    """A line a batch, with the counts read from its rows; a count that is 0 everywhere has no column."""
    titles = [title for title in _COUNTS if title in _ALWAYS or any(row[title] for row in rows)]
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("batch", no_wrap=True, min_width=8)
    table.add_column("file", max_width=40, min_width=12, overflow="ellipsis", no_wrap=True)
    table.add_column("kind", no_wrap=True)
    for title in titles:
        table.add_column(title.replace("_", " "), justify="right", no_wrap=True, min_width=5)
    table.add_column("status", no_wrap=True, min_width=8)
    for row in rows:
        kind = "document" if row.document_id else "bank"
        counts = [f"{row[title]:,}" for title in titles]
        table.add_row(
            short(row.batch_id), escape(row.file_name), kind, *counts, Text(row.status, _STYLES.get(row.status, ""))
        )
    return table


def print_questions(console: Console, questions: Sequence[StagedFact]) -> None:
    """A batch's questions with where each stands."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for title in ("id", "status", "topic", "question", "answer"):
        table.add_column(title, overflow="ellipsis", no_wrap=True, max_width=46, min_width=8)
    for question in questions:
        topic = " › ".join(filter(None, (question.topic, question.subtopic)))
        words = (topic, clip(question.title), clip(question.answer or ""))
        table.add_row(short(question.question_id), question.status, *map(escape, words))
    console.print(table)
    for question in questions:
        if question.import_error:
            console.print(f"[red]✗[/] {escape(clip(question.title))}: {escape(question.import_error)}")


def print_history(console: Console, history: Sequence[PastDecision]) -> None:
    """Print the history of the batch, oldest first: when, what, by whom, why, and what it was before."""
    for event in history:
        payload = event.payload
        why = f"  “{payload['reason']}”" if payload.get("reason") else ""
        console.print(
            f"[dim]{event.ts:%Y-%m-%d %H:%M:%S}[/] [bold]{event.code}[/] by {escape(str(payload.get('by', '–')))}"
            f"{escape(why)}"
        )
        if event.code == "question_edited":
            for name, before in payload["before"].items():
                after = payload["after"][name]
                told = f"{name}: {clip(str(before or '–'))} → {clip(str(after or '–'))}"
                console.print(Padding(escape(told), (0, 0, 0, 4)))


def print_next(console: Console, row: ListedBatch) -> None:
    """The commands that lead on from where the batch is."""
    if row.document_id:
        console.print(pasteable("A document's facts are decided with `pipeline review`."))
        return
    name = f"{program()} batches {short(row.batch_id)}"
    steps = [
        (row.undecided, "decide ", f"{name} resolve --pair ID --duplicates keep_existing|keep_both|…"),
        (row.pending, "approve", f"{name} approve"),
        (row.approved > row.imported and not row.undecided, "import ", f"{name} import"),
    ]
    console.print(f"    see      {name}", highlight=False, soft_wrap=True)
    for is_due, what, command in steps:
        if is_due:
            console.print(f"    {what}  {command}", highlight=False, soft_wrap=True)
