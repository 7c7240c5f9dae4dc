"""The price table: the shipped file, and the user's own before it."""

import tomllib
from pathlib import Path
from typing import Any

from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.domain.spending import Price, PriceTable

SHIPPED = Path(__file__).parents[1] / "prices.toml"


def load_prices(own: Path | None = None) -> PriceTable:
    """Read the tables.

    Raises:
        ConfigurationError: a file cannot be read, or a row is not what it should be; names it.
    """
    prices = _read(SHIPPED)
    if own is not None:
        prices |= _read(own)
    return PriceTable(prices)


def _read(path: Path) -> dict[str, Price]:
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The price table {path} cannot be read: {error}", action="Correct UPLOAD_PIPELINE_PRICE_TABLE or the file."
        ) from error
    models: dict[str, Any] = table.get("models", {})
    return {model: _price(path, model, row) for model, row in models.items()}


def _price(path: Path, model: str, row: Any) -> Price:
    try:
        price = Price(**{name: float(value) for name, value in row.items()})
        if min(price.input, price.output, price.batch) < 0:
            raise ValueError("a price is below 0")
    except (TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(
            f"The price of {model} in {path} is wrong: {error}",
            action="A row has `input`, and may have `output` and `batch`, all numbers.",
        ) from error
    return price
