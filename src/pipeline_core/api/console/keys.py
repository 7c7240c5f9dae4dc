"""The keys of the console: one table, of which buttons, the help sheet and the tests are made."""

from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Key:
    """A key, as ``KeyboardEvent.key`` names it, what it does, and what follows; ``where`` groups the help sheet."""

    press: str
    does: str
    where: str
    follows: str = ""

    @property
    def shown(self) -> str:
        """Returns the key as it is printed on a button."""
        if len(self.press) > 1:
            return _SHOWN.get(self.press, self.press)
        return f"⇧{self.press}" if self.press.isupper() else self.press.upper()


_SHOWN = {"Escape": "Esc", "Enter": "↵"}
_ANYWHERE, _LISTS, _FACT, _PAIR, _CHECK = "Anywhere", "In lists", "A fact", "A pair", "Validation"
_PAGE = "Pages of a PDF"

KEYS = MappingProxyType(
    {
        "find": Key("/", "Find", _ANYWHERE, "Searches what is published"),
        "help": Key("?", "Keys", _ANYWHERE, "Shows this sheet"),
        "go_dashboard": Key("g d", "Dashboard", _ANYWHERE),
        "go_documents": Key("g o", "Documents", _ANYWHERE),
        "go_review": Key("g r", "Review", _ANYWHERE, "Opens what has waited longest"),
        "go_batches": Key("g b", "Batches", _ANYWHERE),
        "go_search": Key("g s", "Search", _ANYWHERE),
        "next_job": Key("n", "Next document", _ANYWHERE, "Opens the next one that waits"),
        "back": Key("Escape", "Back", _ANYWHERE),
        "down": Key("j", "Down", _LISTS),
        "up": Key("k", "Up", _LISTS),
        "select": Key("x", "Select", _LISTS),
        "range": Key("X", "Select up to here", _LISTS),
        "all": Key("*", "Select all that match", _LISTS),
        "open": Key("Enter", "Open", _LISTS),
        "find_in_list": Key("/", "Find in the list", _LISTS, "Where it has a field for that"),
        "approve": Key("a", "Approve", _FACT, "It is published with the document"),
        "reject": Key("r", "Reject", _FACT, "It is not published"),
        "edit": Key("e", "Edit", _FACT, "Puts it into other words"),
        "undo": Key("u", "Undo", _FACT, "Takes back your last decision here"),
        "missed": Key("m", "Add a missed fact", _FACT, "Marks its words in the source"),
        "larger": Key("z", "Larger", _FACT, "Shows the mark at twice the size"),
        "published_page": Key("p", "Page of the published one", _FACT),
        "approve_all": Key("A", "Approve the rest and go on", _FACT, "Every undecided fact is published"),
        "page_before": Key("[", "Page before", _PAGE),
        "page_after": Key("]", "Page after", _PAGE),
        "keep_existing": Key("1", "Keep the earlier one", _PAIR, "The new one is left out"),
        "replace_existing": Key("2", "Replace it", _PAIR, "The new one takes its place"),
        "keep_both": Key("3", "Keep both", _PAIR, "Both say it, each with its source"),
        "not_duplicate": Key("4", "They differ", _PAIR, "Not asked about them again"),
        "return": Key("b", "Return to matching", _CHECK, "Its facts are decided one by one again"),
        "override": Key("o", "Override", _CHECK, "It is published despite the findings"),
        "retry": Key("r", "Retry", "A job", "Continues where it failed"),
        "outputs": Key("o", "Outputs", "A job"),
        "set_selected": Key("s", "Selected", "Documents", "Queues a deep scan"),
        "set_maybe": Key("m", "Maybe", "Documents"),
        "set_not_a_fit": Key("f", "Not a Fit", "Documents"),
        "set_archived": Key("w", "Archived", "Documents"),
    }
)
"""By what they are for. A page presses the button that carries the key; a key without such a button does nothing."""


def by_where() -> dict[str, list[Key]]:
    """Return the keys in the groups of the help sheet."""
    groups: dict[str, list[Key]] = {}
    for key in KEYS.values():
        groups.setdefault(key.where, []).append(key)
    return groups
