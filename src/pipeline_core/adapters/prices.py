"""The price table: the shipped file, and the user's own before it."""

import tomllib
from datetime import date
from math import inf
from pathlib import Path
from typing import Any, TypeVar

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.spending import PagePrice, Price, PriceTable

P = TypeVar("P", Price, PagePrice)
SHIPPED = Path(__file__).parents[1] / "prices.toml"
_ROW = {
    Price: "`input`, and may have `cached_input`, `output` and `batch`",
    PagePrice: "`page`, and may have `credit`",
}
_SAYS: dict[str, type] = {"as_of": date, "source": str}
"""Fields of a row that are no numbers: when and where the price was seen."""


def load_prices(own: Path | None = None) -> PriceTable:
    """Read the tables.

    Raises:
        ConfigurationError: a file cannot be read, or a row is not what it should be; names it.
    """
    shipped = _read(SHIPPED)
    if own is None:
        return shipped
    mine = _read(own)
    return PriceTable({**shipped.prices, **mine.prices}, {**shipped.pages, **mine.pages})


def _read(path: Path) -> PriceTable:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The price table {path} cannot be read: {error}", action="Correct UPLOAD_PIPELINE_PRICE_TABLE or the file."
        ) from error
    models: dict[str, Any] = table.get("models", {})
    pages: dict[str, Any] = table.get("pages", {})
    return PriceTable(
        {model: _price(Price, path, model, row) for model, row in models.items()},
        {model: _price(PagePrice, path, model, row) for model, row in pages.items()},
    )


def _price(kind: type[P], path: Path, model: str, row: Any) -> P:
    try:
        says: dict[str, Any] = {name: row[name] for name, type_ in _SAYS.items() if isinstance(row.get(name), type_)}
        values: dict[str, Any] = {name: float(value) for name, value in row.items() if name not in says}
        price = kind(**values, **says)
        if not all(0 <= value < inf for value in values.values()):
            raise ValueError("a price is a number of 0 or more")
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"The price of {model} in {path} is wrong: {error}",
            action=f"A row has {_ROW[kind]}, all numbers; `as_of` is a date and `source` a text.",
        ) from error
    return price
