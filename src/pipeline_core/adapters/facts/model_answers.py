"""Reading what a model wrote: its JSON, whatever stands around it, and how sure it was of each fact."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai.types.chat.chat_completion import Choice

# where a server takes no notice of the schema, models think aloud first, and set their answer off as code
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)
_STATEMENT = re.compile(rb'"statement"\s*:\s*"((?:[^"\\]|\\.)*)"')

_Token = tuple[bytes, float]


def json_of(content: str) -> str:
    """The JSON of an answer, without the thoughts before it and the fence around it."""
    text = _THOUGHTS.sub("", content, count=1)
    fenced = _FENCE.match(text)
    return fenced[1] if fenced else text


def logprobs_of_statements(choice: "Choice") -> list[float | None]:
    """The mean natural logarithm of the probabilities of each statement's tokens, in the order of the facts.

    An empty list where the endpoint told none, or tokens that are not those of the answer.
    """
    content = choice.message.content or ""
    tokens = list(_tokens(choice.logprobs))
    said = content.encode("utf-8", "surrogatepass")
    if not tokens or b"".join(text for text, _ in tokens) != said:
        return []
    thoughts = _THOUGHTS.match(content)
    begins = len(thoughts[0].encode("utf-8", "surrogatepass")) if thoughts else 0
    return [_mean(tokens, *found.span(1)) for found in _STATEMENT.finditer(said, begins)]


def _tokens(logprobs: Any) -> Iterator[_Token]:
    """Each token with its logarithm: its bytes where the server says them, for a letter may be of several tokens."""
    for row in getattr(logprobs, "content", None) or ():
        text, data, value = (getattr(row, name, None) for name in ("token", "bytes", "logprob"))
        if isinstance(value, int | float) and (data is not None or text is not None):
            yield bytes(data) if data is not None else str(text).encode("utf-8", "surrogatepass"), float(value)


def _mean(tokens: Sequence[_Token], start: int, end: int) -> float | None:
    """Of the tokens that have a byte of the range."""
    at, values = 0, []
    for text, value in tokens:
        if at < end and at + len(text) > start:
            values.append(value)
        at += len(text)
    return sum(values) / len(values) if values else None
