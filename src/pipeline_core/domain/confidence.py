"""Confidence of a fact: the traits that count for and against it.

A trait is something that is known of a fact before anybody judges it: what kind of text it was taken from, whether its
sentence is whole, how it was found on its page. A generator says those it knows in ``FactCandidate.traits``; the stage
adds those that it sees itself. A trait that is not said is unknown, which is not the same as 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trait:
    """A row of the table: a flag is 1 or 0, a share from 0 to 1; what else a value counts is in ``meaning``.

    ``high`` and ``low`` are the reason in plain words, where the value is high and where it is low.
    """

    name: str
    meaning: str
    high: str
    low: str = ""


SAID_BY_GENERATORS = (
    # what kind of text it is from: one of these is 1; where the generator says none, the stage judges by the quote
    Trait("row", "flag: made of a row of a table", "a row of a table"),
    Trait("item", "flag: made of an item of a list", "an item of a list"),
    Trait("label", 'flag: made of a label and its value, "Deductible: 500"', "a label and its value"),
    Trait("prose", "flag: made of running text", "running text"),
    # tables
    Trait("header_certain", "flag: the document marks the names of the columns", "the columns have names"),
    Trait("header_guessed", "flag: which row names the columns was guessed", "the columns' names are guessed"),
    Trait("header_missing", "flag: the columns have no names of their own", "the columns have no names of their own"),
    Trait("key_named", "flag: the statement names what the row is about", "says what the row is about"),
    Trait("columns", "number of the table's columns", "many columns", "few columns"),
    Trait("empty_cells", "share of the row's cells that are empty", "many cells are empty"),
    Trait("table_untold", "flag: its table's caption or heading does not say what it is about", "of what is not said"),
    Trait("columns_unexplained", "flag: its columns or its key are codes", "codes that nothing explains"),
    # lists
    Trait("lead_in", "flag: said with the lead-in of its list", "said with its list's lead-in"),
    Trait("lead_in_missing", "flag: an item without the lead-in it needs", "its list's lead-in is missing"),
    Trait("requirement", "flag: a requirement with its id", "a requirement with its id"),
    # running text
    Trait("sentence_whole", "flag: a sentence from its beginning to its end", "a whole sentence", "a cut sentence"),
    Trait("leans", 'flag: leans on what stands before it ("However, this")', "leans on the sentence before it"),
    Trait("defines", "flag: says what something is", "a definition"),
    Trait("duty", "flag: says what must, may or must not be", "a rule"),
    Trait("joined", "flag: said together with the sentence before it", "said with the sentence before it"),
    Trait("first_person", 'flag: its authors speak of themselves ("we")', "its authors speak of themselves"),
    Trait("points_inside", 'flag: some word in it points at another sentence ("this", "their")', "points elsewhere"),
    Trait(
        "points_at_unsaid",
        'flag: points at a thing of which it has not said a word ("this rule")',
        "points at what it does not name",
    ),
    Trait("verb_unseen", "flag: no verb is known in it", "has no verb that is known"),
    Trait("hedged", "flag: an example, a story or a supposition", "an example or a supposition"),
    Trait("scoped", "flag: said with the heading of its section, or the document's name", "says what it is of"),
    Trait("scope_missing", "flag: neither it nor a heading or title says what it is of", "nothing says what it is of"),
    Trait(
        "bare_definite",
        'flag: begins with a definite thing and does not say of what ("The plan covers")',
        "does not say of what it speaks",
    ),
    Trait(
        "continues", 'flag: its first words add it to what was said ("also", "another")', "goes on from what was said"
    ),
    Trait("untitled", "flag: the document has no title that names it", "of a document without a title"),
    Trait("asked", "flag: there is a natural question for it", "there is a natural question for it"),
    Trait(
        "score",
        "the generator's own score, the higher the better",
        "says much that is asked for",
        "says little that is asked for",
    ),
    # language models
    Trait("written", "flag: put into words by a language model", "put into words by a language model"),
    Trait(
        "logprob",
        "mean natural logarithm of the probabilities of the tokens that say the fact",
        "the model was sure of its words",
        "the model was not sure of its words",
    ),
)

SEEN_BY_THE_STAGE = (
    Trait("words", "number of words of the statement", "a long statement", "a short statement"),
    Trait("found_aligned", "flag: the quote had to be aligned and repaired", "the quote had to be repaired"),
    Trait("scattered", "flag: the quote is not in one piece on its page", "scattered over its page"),
    Trait("ocr_doubt", "share of the page's words that the engine doubted", "the scan was hard to read"),
    Trait("unnamed_cells", "share of a row's said cells that have no column's name", "values without a name"),
    Trait("names", "flag: names something, by a capital inside or a code", "names something", "names nothing"),
    Trait("definite", 'flag: begins with an article and no name ("The library")', "begins with what is not named"),
    Trait("digits", "share of digits among the statement's letters and digits", "mostly numbers"),
    Trait("begins_well", "flag: begins as a sentence does", "has a beginning", "has no beginning"),
    Trait("ends_well", "flag: ends as a sentence does", "has an end", "has no end"),
    Trait("name_first", "flag: a name is among its first words", "begins with a name", "begins with no name"),
    Trait("refers", "flag: refers to a figure, a table or a section", "refers to what is not in it"),
    Trait("compares", 'flag: compares or goes on ("the same", "also")', "compares with what is not in it"),
    Trait("cites", "flag: cites a source", "cites its source"),
    Trait("measure", "flag: says an amount, a share or a time with its unit", "says an amount"),
    Trait("indefinite", 'flag: begins with an indefinite article ("A policy")', "speaks of any of its kind"),
    Trait("entry", 'flag: an entry of a glossary ("Term (T) - what it is")', "an entry of a glossary"),
    # where it stands
    Trait("position", "share of the document that stands before it", "late in the document", "early in the document"),
    Trait(
        "below_heading",
        "flag: in the first paragraph below a heading",
        "right below a heading",
        "not right below a heading",
    ),
    Trait("in_example", "flag: its section tells an example", "in a section of examples"),
    Trait(
        "neighbours",
        "number of facts in 1,000 characters of its chunk, at most 1",
        "among many facts",
        "among few facts",
    ),
    Trait("disorder", "flag: marks around it stand before their words", "its page's words are out of order"),
)

TRAITS: Mapping[str, Trait] = {trait.name: trait for trait in (*SAID_BY_GENERATORS, *SEEN_BY_THE_STAGE)}
"""All traits by name. A generator that knows something else of its facts adds a row above."""

FLAGS_OF: Mapping[str, tuple[str, ...]] = {
    "row": (*("header_guessed", "header_missing", "key_named", "table_untold", "columns_unexplained", "requirement"),),
    "item": (
        *("lead_in", "lead_in_missing", "leans", "hedged", "requirement", "scoped", "scope_missing", "bare_definite"),
        "continues",
    ),
    "label": ("leans", "hedged"),
    "prose": (
        *("leans", "defines", "duty", "hedged", "joined", "first_person", "points_inside", "scoped", "scope_missing"),
        *("bare_definite", "continues", "points_at_unsaid", "verb_unseen"),
    ),
}
"""Flags that a generator knows for each kind: if it names the kind, a flag that it does not report is 0."""

KINDS = ("row", "item", "label", "prose")
"""The kinds of text; one of them is 1 for every fact."""

SAYING_NOTHING_OF: Mapping[str, frozenset[str]] = {
    "row": frozenset(
        (
            *("words", "sentence_whole", "begins_well", "ends_well", "score", "asked", "duty", "defines", "entry"),
            *("names", "name_first", "definite", "indefinite", "refers", "compares", "cites", "points_inside"),
            *("position", "below_heading"),
        )
    ),
}
"""Traits of sentences, by the kind of text to which they mean nothing: "Kiel – Tons: 12" is short, begins with no
article and ends without a stop, as a row should. The model does not look at them there."""


def unknown_traits(names: Iterable[str]) -> list[str]:
    """The names that are not in the table, in order."""
    return sorted(set(names) - TRAITS.keys())
