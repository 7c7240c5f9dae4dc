"""Templates: everything that is put into them is escaped, and a name that is not there is an error."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from pipeline_core.api.console.assets import assets
from pipeline_core.api.console.keys import KEYS, by_where
from pipeline_core.api.console.people import NOBODY, People
from pipeline_core.domain.errors import explain, is_for_operators
from pipeline_core.domain.standing import EVENTS, stage_noun, standing
from pipeline_core.domain.text import as_read, strip_markdown
from pipeline_core.domain.wording import counted, ranges

_FOLDER = Path(__file__).with_name("templates")
PHASES = ("Upload", "Processing", "Matching review", "Validation", "Review", "Generation", "Download")
"""The names of phases 0 to 6."""
_ASK = "Ask whoever runs this installation what failed."
_LENGTHS: Sequence[tuple[int, str]] = ((2 * 86400, "days"), (3600, "h"), (60, "min"))
_AGO: Sequence[tuple[int, str]] = ((86400, "day"), (3600, "hour"), (60, "minute"))


def ago(moment: datetime, now: datetime | None = None) -> str:
    """Return how long ago a moment was, in its largest unit: "3 hours ago"."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    for length, unit in _AGO:
        if seconds >= length:
            return f"{counted(int(seconds // length), unit)} ago"
    return "just now"


def clock(moment: datetime) -> str:
    """Return a moment as people read it, in UTC, the day left out where it is today's."""
    at = moment.astimezone(UTC)
    return f"{at:%H:%M}" if at.date() == datetime.now(UTC).date() else f"{at:%-d %b %Y, %H:%M}"


def duration(seconds: float) -> str:
    """Return a stretch of time in its largest unit: "0.42 s", "12 s", "3 min"."""
    if seconds < 60:
        return f"{seconds:.0f} s" if seconds >= 10 else f"{seconds:.2g} s" if seconds >= 0.01 else "<0.01 s"
    length, unit = next((length, unit) for length, unit in _LENGTHS if seconds >= length)
    return f"{seconds / (86400 if unit == 'days' else length):.0f} {unit}"


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name."""
    words = [word for word in name.split() if word[0].isalnum()] or ["?"]
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper()


@pass_context
def who(context: Context, shown: str | None, start: bool = False) -> str:
    """Return a person as the visitor of the page knows them: "you", or by name."""
    return _people(context).who(shown, start=start)


@pass_context
def named(context: Context, sentence: str) -> str:
    """Return a sentence of the record with names in the place of ids."""
    return _people(context).sentence(sentence)


def _people(context: Context) -> People:
    visit = context.get("visit")
    return visit.people if visit else NOBODY


def readable(quote: str) -> str:
    """A quote on one line; of a row of a table the cells with dots between them."""
    return " · ".join(cell for part in quote.split("|") if (cell := " ".join(part.split())))


GENERATORS = {"extractive": "the built-in rules", "openai": "a language model", "reviewer": "a reviewer"}
"""Whatever finds facts, as people read it."""


@cache
def environment() -> Environment:
    """Return the templates of this process."""
    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        counted=lambda number, one, many=None: counted(number, one, many),
        ranges=ranges,
        words=lambda text: str(text).replace("_", " "),
        ago=ago,
        clock=clock,
        duration=duration,
        explain=explain,
        for_readers=lambda text: _ASK if is_for_operators(text) else text,
        happened=lambda code: EVENTS.get(code) or str(code).replace("_", " ").capitalize(),
        stage_noun=stage_noun,
        initials=initials,
        who=who,
        made_by=lambda generator: GENERATORS.get(generator) or str(generator).replace("_", " ").replace("-", " "),
        named=named,
        plain=strip_markdown,
        as_read=lambda text, of_bank=True: as_read(text) if of_bank and text else text,
        readable=readable,
    )
    made.globals.update(
        asset=lambda path: assets().url(path),
        keys=KEYS,
        key_groups=by_where(),
        phase_names=PHASES,
        stands=standing,
        icons=Markup((_FOLDER / "icons.svg").read_text("utf-8")),
    )
    return made
