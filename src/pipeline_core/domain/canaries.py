"""Phrases of the worked examples in prompts. One of them in a fact that the text does not say was echoed, not read.

A generator whose prompt has examples takes their words from here, or adds its own row: whatever is shown to a model
must be here, and must be of a world in which no document plays.
"""

PROMPT_EXAMPLES: dict[str, tuple[str, ...]] = {
    # generator (or "shared", for examples that several prompts use): its examples' statements
    "shared": (
        "The Zephyrine Lantern Guild refills its 47 amber beacons every third moonrise.",
        "A Quillback courier carries at most 19 copper scrolls to Port Vellamar.",
        "Citizens of Thornmere repay a borrowed snow plough within 11 frost days.",
    ),
}


def all_phrases() -> tuple[str, ...]:
    """Every phrase of every prompt: a cached answer may be of another generator than the present one."""
    return tuple(phrase for phrases in PROMPT_EXAMPLES.values() for phrase in phrases)
