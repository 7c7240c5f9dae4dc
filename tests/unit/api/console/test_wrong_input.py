"""Wrong fields are told in plain words, whatever the library that reads them calls it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant

from pipeline_core.api.console import install
from pipeline_core.api.console.wrong_input import LABELS, wrong_input
from pipeline_core.domain.errors import NotFoundError, is_for_operators
from tests.support.console_pages import routes

TEMPLATES = Path(install.__file__).with_name("templates")
BAD: tuple[Any, ...] = ("", "x", "-1", "1" * 30, "1" * 5000, "x" * 2_000_000, [], ["x"], ["x"] * 20_000, {}, "\ud800")


def dependants(dependant: Dependant) -> Iterator[Dependant]:
    """A route and everything that it depends on."""
    yield dependant
    for one in dependant.dependencies:
        yield from dependants(one)


def refusals() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Everything that can be wrong with a field of the console's forms and addresses."""
    for part in (one for route in routes() for one in dependants(route.dependant)):
        for where, params in (("body", part.body_params), ("query", part.query_params), ("path", part.path_params)):
            for param in params:
                for bad in BAD:
                    _, found = param.validate(bad, {}, loc=(where, param.alias))
                    if found:
                        yield param.alias, list(found)
                if param.field_info.is_required():
                    yield param.alias, [{"type": "missing", "loc": (where, param.alias), "msg": "Field required"}]


def test_no_word_of_the_library_reaches_a_page() -> None:
    seen = set()
    for name, found in refusals():
        error = wrong_input(found)
        seen |= {one["type"] for one in found}
        said = f"{error.page_message} {error.page_what_to_do}"
        assert error.page_what_to_do
        assert not is_for_operators(said), said
        assert not re.search(r"[Ii]nput|String|[Ff]ield|pattern|valid|\{|_", said), (name, said)
        assert all(one["msg"] not in said for one in found)
    assert {"missing", "uuid_parsing", "int_parsing", "enum", "string_too_long", "too_long"} <= seen


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (
            {"type": "missing", "loc": ("body", "statement")},
            "Fill in “Statement”. Then send it again.",
        ),
        (
            {"type": "string_too_long", "loc": ("body", "reason"), "ctx": {"max_length": 2000}},
            "“Why” has more than 2,000 characters: shorten it. Then send it again.",
        ),
        (
            {"type": "too_long", "loc": ("body", "fact_id"), "ctx": {"max_length": 10_000}},
            "No more than 10,000 can be chosen at once: choose fewer. Then send it again.",
        ),
        # a field that nobody types, of a list as of one
        (
            {"type": "uuid_parsing", "loc": ("body", "question_ids", 0)},
            "The page that this was sent from is out of date. Load it anew, and try again.",
        ),
        (
            {"type": "string_pattern_mismatch", "loc": ("query", "cursor")},
            "The address has a part that no page puts there. Open the page from the menu, and try again.",
        ),
    ],
)
def test_a_field_is_named_as_on_the_page_with_what_to_do(found: dict[str, Any], said: str) -> None:
    error = wrong_input([found])
    assert f"{error.page_message} {error.page_what_to_do}" == said


def test_a_wrong_id_in_the_path_is_nothing_that_exists() -> None:
    assert isinstance(wrong_input([{"type": "uuid_parsing", "loc": ("path", "job_id")}]), NotFoundError)


def test_each_field_that_is_typed_has_a_label() -> None:
    texts = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    fields = re.findall(
        r"<(?:textarea|input)\b(?![^>]*type=\"(?:hidden|checkbox|radio)\")[^>]*?\bname=\"(\w+)\"", texts
    )
    assert {"statement", "reason", "q"} <= {*fields} <= LABELS.keys()
