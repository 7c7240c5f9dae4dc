"""Money on the terminal: estimates, and what was spent."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline_core.domain.rows.costs import Cost, Costs, DocumentCalls, PaidCall
from pipeline_core.domain.spending import PagePrice, Price, PriceTable
from pipeline_core.domain.wording import counted
from pipeline_core.services.estimate import Estimate
from pipeline_core.terminal.jobs_table import money

Row = dict[str, Any]
_PRICES = {
    # what they are for: the table's titles and the fields of a price
    "model, per million tokens": {"input": "input", "cached": "cached_input", "output": "output", "batch": "batch"},
    "model, per page": {"page": "page", "credit": "credit"},
}
_TOKENS = ("tokens in", "cached", "tokens out")


def estimate_json(estimates: Sequence[Estimate]) -> Row:
    rows = [estimate.as_json() for estimate in estimates]
    sums = (
        "chunks", "new_chunks", "new_vectors", "pages", "paid_pages", "input_tokens", "output_tokens", "expected_usd",
        "most_usd",
    )  # fmt: skip
    return {"documents": rows, "total": {name: round(sum(row[name] or 0 for row in rows), 6) for name in sums}}


def print_estimate(console: Console, estimates: Sequence[Estimate]) -> None:
    """A line a document and the total: what must be paid for, and what it will cost."""
    value = estimate_json(estimates)
    table = _table(
        "document",
        "pages",
        "paid pages",
        "chunks",
        "paid chunks",
        "vectors",
        "tokens in",
        "tokens out",
        "expected",
        "at most",
    )
    for row in [*value["documents"], {"file": counted(len(estimates), "document"), **value["total"]}]:
        table.add_row(
            escape(row["file"]), f"{row['pages']:,}" if row["pages"] else "–", f"{row['paid_pages']:,}",
            f"{row['chunks']:,}", f"{row['new_chunks']:,}", f"{row['new_vectors']:,}",
            f"{row['input_tokens']:,}", f"{row['output_tokens']:,}", money(row["expected_usd"]),
            money(row["most_usd"]),
        )  # fmt: skip
    console.print(table)
    for estimate in estimates:
        if estimate.error:
            console.print(f"[red]✗[/] [bold]{escape(estimate.name)}[/]: {escape(str(estimate.error))}")
    console.print("[dim]Nothing was stored and nothing was paid.[/]")


def print_costs(console: Console, costs: Costs) -> None:
    """Print the costs by day, by stage and model, and by document; and the budgets."""
    days = [([str(row.day)], row) for row in costs.days]
    stages = [([row.stage, row.model], row) for row in costs.stages]
    documents = [([row.document], row) for row in costs.documents]
    for titles, rows in ((["day"], days), (["stage", "model"], stages), (["document"], documents)):
        table = _table(*titles, "calls", *_TOKENS, "cost")
        for names, cost in rows:
            table.add_row(*map(escape, names), f"{cost.calls:,}", *_tokens(cost), money(cost.cost_usd))
        if rows:
            console.print(table)
            console.print()
    for budget in costs.budgets:
        limit = ", no limit" if budget.limit_usd is None else f" of ${budget.limit_usd:.2f}"
        under_way = f", {money(budget.reserved_usd)} set aside" if budget.reserved_usd else ""
        console.print(f"budget of the {budget.scope}: {money(budget.spent_usd)} spent{limit}{under_way}")
    if not costs.days:
        console.print("Nothing has been paid for yet.")


def prices_json(prices: PriceTable) -> list[Row]:
    """A row for each price: of a million tokens by model, of a page by what reads it; when and where it was seen."""
    rows: dict[str, Price | PagePrice] = {**prices.prices, **prices.pages}
    return [{"model": model, **asdict(price)} for model, price in sorted(rows.items())]


def print_prices(console: Console, prices: PriceTable) -> None:
    """The prices in force, US dollars; `batch` is a share of them. Then where they are from."""
    rows = prices_json(prices)
    for title, fields in _PRICES.items():
        table = _table(title, *fields, "as of")
        for row in rows:
            if row.keys() >= set(fields.values()):
                values = [row[name] for name in (*fields.values(), "as_of")]
                table.add_row(escape(row["model"]), *("" if value is None else str(value) for value in values))
        console.print(table)
        console.print()
    for source in sorted({row["source"] for row in rows} - {""}):
        console.print(f"[dim]{escape(source)}[/]")


def print_document_costs(console: Console, costs: DocumentCalls) -> None:
    """Print the cost of each chunk of a document, then of each call."""
    chunks = _table("chunk", "outcome", "calls", "tokens in", "tokens out", "cost")
    for row in costs.chunks:
        chunks.add_row(
            str(row.ordinal), (row.outcome or "–").replace("_", " "), str(row.calls),
            f"{row.input_tokens:,}", f"{row.output_tokens:,}", money(row.cost_usd),
        )  # fmt: skip
    calls = _table("call", "stage", "model", "outcome", "items", *_TOKENS, "cost")
    for call in costs.calls:
        calls.add_row(
            f"{call.started_at:%Y-%m-%d %H:%M:%S}", call.stage or "–", call.model, call.outcome or call.state,
            str(call.items), *_tokens(call), money(call.cost_usd),
        )  # fmt: skip
    console.print(chunks)
    console.print()
    console.print(calls)


def _tokens(cost: Cost | PaidCall) -> list[str]:
    return [f"{count:,}" for count in (cost.input_tokens, cost.cached_tokens, cost.output_tokens)]


def _table(first: str, *others: str) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column(first, max_width=50, overflow="ellipsis", no_wrap=True)
    for title in others:
        table.add_column(title, justify="left" if title == "model" else "right", no_wrap=True)
    return table
