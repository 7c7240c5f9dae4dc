"""Reading what a model wrote: its JSON, whatever stands around it, and how sure it was of each fact."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

# where a server takes no notice of the schema, models think aloud first, and set their answer off as code
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)


def json_of(content: str) -> str:
    """The JSON of an answer, without the thoughts before it and the fence around it."""
    text = _THOUGHTS.sub("", content, count=1)
    fenced = _FENCE.match(text)
    return fenced[1] if fenced else text


if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionTokenLogprob

_FACTS = re.compile(r'"facts"\s*:\s*\[')
_STATEMENT = re.compile(r'"statement"\s*:\s*"((?:[^"\\]|\\.)*)"')
_BETWEEN = re.compile(r"[\s,]*")
# what an endpoint says of a token that it gives no probability for
_LEAST = -20.0


def statement_logprobs(content: str, tokens: Sequence["ChatCompletionTokenLogprob"] | None) -> list[float | None]:
    """For each fact of an answer, in order, the mean natural logarithm of the probabilities of its statement's tokens.

    None for a fact of which it is not known. The list is empty where the endpoint gives no log-probabilities, or gives
    those of another text.
    """
    if not tokens:
        return []
    pieces = [bytes(token.bytes) if token.bytes is not None else token.token.encode() for token in tokens]
    if b"".join(pieces) != content.encode():
        return []
    ends = [*accumulate(map(len, pieces))]
    return [_mean(content, span, ends, tokens) for span in _statements(content)]


def _statements(content: str) -> Iterator[tuple[int, int] | None]:
    """Yield the span of each fact's statement, in characters."""
    found = _FACTS.search(content)
    if found is None:
        return
    decoder, at = json.JSONDecoder(), found.end()
    while content[at : at + 1] not in ("", "]"):
        at = _BETWEEN.match(content, at).end()  # type: ignore[union-attr]
        if content[at : at + 1] != "{":
            return
        _, end = decoder.raw_decode(content, at)
        statement = _STATEMENT.search(content, at, end)
        yield statement.span(1) if statement else None
        at = _BETWEEN.match(content, end).end()  # type: ignore[union-attr]


def _mean(
    content: str, span: tuple[int, int] | None, ends: Sequence[int], tokens: Sequence["ChatCompletionTokenLogprob"]
) -> float | None:
    if span is None or span[0] == span[1]:
        return None
    start, end = (len(content[:place].encode()) for place in span)
    said = [
        max(_LEAST, token.logprob)
        for token, token_end, token_start in zip(tokens, ends, [0, *ends], strict=False)
        if token_start < end and token_end > start
    ]
    return round(sum(said) / len(said), 4) if said else None
