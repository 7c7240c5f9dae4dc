"""Wrong fields of a form, in words for whoever filled it in."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from pipeline_core.domain.errors import NotFoundError, PipelineError, RefusedError

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "answer": "Answer",
        "as_of": "Day",
        "ask_from": "Ask from",
        "collection": "Collection",
        "confirmed": "What you were asked to type",
        "difficulty": "Difficulty",
        "every": "Sync it every",
        "exclude": "But not",
        "file": "File",
        "files": "Files",
        "grace": "Grace",
        "include": "Only names like",
        "name": "Name",
        "notes": "Notes",
        "publish_from": "Publish from",
        "q": "Search",
        "question": "Question",
        "reason": "Why",
        "role": "Role",
        "search": "Search",
        "statement": "Statement",
        "subtopic": "Subtopic",
        "tag": "Tag",
        "tags": "Tags",
        "token": "Token",
        "topic": "Topic",
        "uri": "Address",
        "user_id": "User's id",
    }
)
"""Fields that people fill in, by name, as pages label them. All others are the pages' own."""
_SAYS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "Fill in “{label}”.",
        "string_too_short": "“{label}” needs {min_length:,} characters or more.",
        "string_too_long": "“{label}” has more than {max_length:,} characters: shorten it.",
        "unstorable_text": "“{label}” has a character that no text may have: take it out.",
        "enum": "Choose one of what is offered as “{label}”.",
        "literal_error": "Choose one of what is offered as “{label}”.",
    }
)
"""What to do about a field, by the kind of error; for any other kind it is to be typed anew."""
_TOO_MANY = "No more than {max_length:,} can be chosen at once: choose fewer."
_ANEW = "The page that this was sent from is out of date."
_ADDRESS = "The address has a part that no page puts there."
_OF_PAGES: Mapping[str, str] = MappingProxyType(
    {_ANEW: "Load it anew, and try again.", _ADDRESS: "Open the page from the menu, and try again."}
)
"""What is wrong where nobody has typed anything, and what to do then."""


def wrong_input(errors: Iterable[Mapping[str, Any]]) -> PipelineError:
    """The error that says of each wrong field what to do about it."""
    found = list(errors)
    if any(one["loc"][0] == "path" for one in found):
        return NotFoundError("The address has a part that is no id.", action="Open it from the list that it is in.")
    told = list(dict.fromkeys(map(_said, found)))
    if typed := [one for one in told if one not in _OF_PAGES]:
        return RefusedError(" ".join(typed), action="Then send it again.")
    return RefusedError(told[0], action=_OF_PAGES[told[0]])


def _said(one: Mapping[str, Any]) -> str:
    where, name = (*map(str, one["loc"]), "")[:2]
    given = one.get("ctx", {})
    if label := LABELS.get(name):
        return _SAYS.get(one["type"], "“{label}” cannot be read as it is: type it anew.").format(label=label, **given)
    if where == "query":
        return _ADDRESS
    return _TOO_MANY.format(**given) if one["type"] == "too_long" else _ANEW
