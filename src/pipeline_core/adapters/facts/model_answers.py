"""Reading what a model wrote: its JSON, whatever stands around it."""

import re

# where a server takes no notice of the schema, models think aloud first, and set their answer off as code
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*\n(.*?)\n?```\s*\Z", re.DOTALL)


def json_of(content: str) -> str:
    """The JSON of an answer, without the thoughts before it and the fence around it."""
    text = _THOUGHTS.sub("", content, count=1)
    fenced = _FENCE.match(text)
    return fenced[1] if fenced else text
