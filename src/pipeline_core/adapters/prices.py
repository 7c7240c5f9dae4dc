"""The price table: the shipped file, and the user's own before it."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.spending import PagePrice, Price, PriceTable

P = TypeVar("P", Price, PagePrice)
SHIPPED = Path(__file__).parents[1] / "prices.toml"
_ROW = {
    Price: "`input`, and may have `output` and `batch`",
    PagePrice: "`page`, and may have `credit`",
}


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
        values = {name: float(value) for name, value in row.items()}
        price = kind(**values)
        if min(values.values()) < 0:
            raise ValueError("a price is below 0")
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"The price of {model} in {path} is wrong: {error}", action=f"A row has {_ROW[kind]}, all numbers."
        ) from error
    return price
