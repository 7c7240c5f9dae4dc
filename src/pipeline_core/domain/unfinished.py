"""Sentences that what stands below them completes, though nothing marks it as items: "Answers are right when:"."""

import re

UNFINISHED = re.compile(
    r"(?<!\w)(?:when|if|unless|where|that|which|to|for|by|with|are|is|be|must|shall|should|may|can|include[sd]?"
    r"|including|wenn|falls|dass|ob|sind|ist|für|durch|muss|müssen|soll|sollen|kann|können|umfasst|umfassen|si|quand"
    r"|lorsque|que|sont|est|pour|par|doit|doivent|peut|peuvent|comprend|comprennent|cuando|son|es|para|por|debe|deben"
    r"|puede|pueden|incluye|incluyen|se|quando|che|sono|è|per|deve|devono|può|possono|include|includono|são|é|deve"
    r"|devem|pode|podem|inclui|incluem|als|wanneer|dat|zijn|moet|moeten|kan|kunnen|omvat|jika|bila|bahwa|adalah|untuk"
    r"|harus|dapat|meliputi|если|когда|что|для|должн\w+|может|могут|включа\w+|αν|όταν|ότι|είναι|για|πρέπει|jeśli|gdy|że"
    r"|są|musi|muszą|pokud|když|že|jsou|musí|ako|kada|da|su|mora)\s*[*_]*:[*_]*\s*$|(?:如果|当|包括|必须|应|可以"
    r"|时)[：:]\s*$",
    re.IGNORECASE,
)
LONGEST_PIECE = 300
"""Characters of a paragraph that may complete such a sentence."""
_PARAGRAPH = re.compile(r"\S.*?(?=\n[ \t]*\n|\Z)", re.DOTALL)
_NO_PARAGRAPH = re.compile(r" {0,3}(?:#{1,6}\s|\||```|~~~|<|>|[-*+•][ \t]|\(?\w{1,3}[.)][ \t])")


def is_unfinished_at_end(text: str, *, before: bool) -> bool:
    """Whether a chunk of markdown ends below such a sentence, so that what the next one begins with completes it.

    Args:
        text: the chunk.
        before: what this gave for the chunk before.
    """
    is_open = before
    for match in _PARAGRAPH.finditer(text):
        body = match[0].rstrip()
        if _NO_PARAGRAPH.match(body) or len(body) > LONGEST_PIECE:
            is_open = False
        is_open = is_open or (not _NO_PARAGRAPH.match(body) and UNFINISHED.search(body) is not None)
    return is_open
