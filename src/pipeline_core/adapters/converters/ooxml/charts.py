"""Charts of office files (ECMA-376 part 1, 21.2) as rows: categories down, series across, as the chart writes them."""

from collections.abc import Sequence

from pipeline_core.adapters.converters import number_format
from pipeline_core.adapters.converters.ooxml.names import Element, name

_MOST_POINTS = 100_000


def chart_titles(chart: Element) -> list[Element]:
    """The paragraphs of the chart's title."""
    title = chart.find(f"{name('c:chart')}/{name('c:title')}")
    return [] if title is None else list(title.iter(name("a:p")))


def chart_rows(chart: Element) -> list[list[str]]:
    """The names of the series, then for each category its values; empty without any."""
    series = list(chart.iter(name("c:ser")))
    columns = [_points(one, ("c:val", "c:yVal")) for one in series]
    labels: dict[int, str] = {}
    for one in series:
        labels |= _points(one, ("c:cat", "c:xVal"))
    names = [" ".join(_points(one, ("c:tx",)).values()) for one in series]
    places = sorted({place for column in (labels, *columns) for place in column})
    rows = [["", *names], *([labels.get(at, ""), *(column.get(at, "") for column in columns)] for at in places)]
    return rows if places else []


def _points(series: Element, kinds: Sequence[str]) -> dict[int, str]:
    """The values by their place; of categories on several levels all that belong to one place."""
    found: dict[int, list[str]] = {}
    for kind in kinds:
        for holder in series.findall(name(kind)):
            if (plain := holder.find(name("c:v"))) is not None:
                found.setdefault(0, []).append(plain.text or "")
            for cache in holder.iter(
                name("c:numCache"), name("c:strCache"), name("c:numLit"), name("c:strLit"), name("c:lvl")
            ):
                code = cache.findtext(name("c:formatCode")) or number_format.GENERAL
                is_number = cache.tag in (name("c:numCache"), name("c:numLit"))
                for point in cache.findall(name("c:pt")):
                    at, text = point.get("idx", ""), point.findtext(name("c:v")) or ""
                    if at.isdigit() and int(at) < _MOST_POINTS and text:
                        own = point.get("formatCode") or code
                        found.setdefault(int(at), []).append(number_format.shown(text, own) if is_number else text)
    return {at: " ".join(" ".join(reversed(texts)).split()) for at, texts in found.items()}
