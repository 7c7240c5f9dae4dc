"""Phrases of the worked examples in prompts. One of them in a fact that the text does not say was echoed, not read.

A generator whose prompt has examples takes their words from here, or adds its own row: whatever is shown to a model
must be here, and must be of a world in which no document plays.
"""

from collections.abc import Iterable

PROMPT_EXAMPLES: dict[str, tuple[str, ...]] = {
    # generator (or "shared", for examples that several prompts use): its examples' statements
    "shared": (
        "The Zephyrine Lantern Guild refills its 47 amber beacons every third moonrise.",
        "Q-7: A Quillback courier carries at most 19 copper scrolls to Port Vellamar.",
        "Citizens of Thornmere may borrow a snow plough for 11 frost days.",
        "Vellamar's North gate: cart toll 4 copper, sledge toll 6 copper.",
    ),
}

INVENTED_NAMES: dict[str, tuple[str, ...]] = {
    "shared": ("Zephyrine", "Quillback", "Vellamar", "Thornmere"),
}
"""Names of that world: a question, answer or statement that has one, of a document that has not, was not read there."""


def names_missing_in(text: str) -> tuple[str, ...]:
    """The invented names that a document does not have."""
    folded = text.casefold()
    names = (name for names in INVENTED_NAMES.values() for name in names)
    return tuple(name for name in names if name.casefold() not in folded)


def invented_name(texts: Iterable[str], missing: Iterable[str]) -> str | None:
    """The first of the ``missing`` names that one of the texts has; None: there is none."""
    folded = [text.casefold() for text in texts]
    return next((name for name in missing if any(name.casefold() in text for text in folded)), None)


def all_phrases() -> tuple[str, ...]:
    """Every phrase of every prompt: a cached answer may be of another generator than the present one."""
    return tuple(phrase for phrases in PROMPT_EXAMPLES.values() for phrase in phrases)
