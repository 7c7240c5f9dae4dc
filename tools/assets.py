"""Packs the console's third-party assets from pinned npm packages: `make assets` writes them anew.

Each package is fetched by npm and its tarball held to the digest below before anything of it is kept.
"""

import base64
import hashlib
import io
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSOLE = ROOT / "src/pipeline_core/api/console"
VENDOR = CONSOLE / "static/vendor"
TESTS = ROOT / "tests/console/vendor"
ICONS = (
    "check", "x", "pencil", "undo-2", "search", "file-text", "copy", "circle", "chevron-left", "chevron-right",
    "shield-check", "triangle-alert", "upload", "users", "log-out", "keyboard", "external-link", "plus", "clock",
    "download", "rotate-ccw", "layers", "info", "eye", "trash-2", "quote", "menu", "circle-alert",
)  # fmt: skip


@dataclass(frozen=True)
class Package:
    """One npm package: its tarball's SHA-512 as npm states it, and the files that are kept, by their new names."""

    name: str
    sha512: str
    files: Mapping[str, str]
    folder: Path = VENDOR


PACKAGES = (
    Package(
        "htmx.org@4.0.1",
        "oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2EAbTYUG5SDW1R60mdkdqGg==",
        {
            "dist/htmx.min.js": "htmx.js",
            "dist/ext/hx-csp.min.js": "hx-csp.js",
            "dist/ext/hx-sse.min.js": "hx-sse.js",
            "LICENSE": "htmx.LICENSE",
        },
    ),
    Package(
        "@fontsource-variable/inter@5.3.0",
        "OupL48va4JNofb97w6NYeF9S7W/kHNKM0Er8Dem5nqi4jeOLrVJDoE8tZEpnMJmtkvNbB1EIPPwHcdkF6b1oUA==",
        {"files/inter-latin-wght-normal.woff2": "inter.woff2", "LICENSE": "inter.LICENSE"},
    ),
    Package(
        "@fontsource-variable/source-serif-4@5.3.1",
        "4Rtay22SC4lMvw11r/+9kxANB6P3M0X8s1NudBC2v0J1KU2y3DcMoNcT3lBoZ/CqLirzf+StlO6UlJilyrvaUg==",
        {"files/source-serif-4-latin-wght-normal.woff2": "source-serif-4.woff2", "LICENSE": "source-serif-4.LICENSE"},
    ),
    Package(
        "lucide-static@1.62.0",
        "WBZA/m2PvkFpMGHDtsBck5P2A9G4ehLlYu4GwwICcmEm1BvYVgj00lCDxKRWLlbMlOibLaiwdQ88G5pHkSWgwA==",
        {**{f"icons/{icon}.svg": f"icon {icon}" for icon in ICONS}, "LICENSE": "lucide.LICENSE"},
    ),
    Package(
        "axe-core@4.14.1",
        "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        {"axe.min.js": "axe.min.js", "LICENSE": "axe.LICENSE"},
        TESTS,
    ),
)


def tarball(package: Package) -> bytes:
    """The package as npm delivers it.

    Raises:
        SystemExit: npm cannot fetch it, or it is not what was pinned.
    """
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(
            ["npm", "pack", "--silent", package.name], cwd=folder, capture_output=True, text=True, check=False
        )
        if fetched.returncode:
            sys.exit(f"npm cannot fetch {package.name}: {fetched.stderr.strip()}")
        data = (Path(folder) / fetched.stdout.strip().splitlines()[-1]).read_bytes()
    if (digest := base64.b64encode(hashlib.sha512(data).digest()).decode()) != package.sha512:
        sys.exit(f"{package.name} is not what was pinned: its SHA-512 is {digest}.")
    return data


def symbol(name: str, svg: bytes) -> str:
    """An icon as a symbol of the sprite: the paths of Lucide's file, its licence comment left out."""
    inner = re.sub(r"\s+", " ", re.sub(r"<!--.*?-->|</?svg[^>]*>", "", svg.decode(), flags=re.DOTALL)).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


def main() -> None:
    """Fetch every package and write what is kept of it."""
    symbols: list[str] = []
    for package in PACKAGES:
        package.folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(fileobj=io.BytesIO(tarball(package))) as archive:
            for path, kept in package.files.items():
                member = archive.extractfile(f"package/{path}")
                if member is None:
                    sys.exit(f"{package.name} has no {path}.")
                data = member.read()
                if kept.startswith("icon "):
                    symbols.append(symbol(kept.removeprefix("icon "), data))
                else:
                    data = re.sub(rb"\n?//# sourceMappingURL=.*\n?", b"\n", data) if kept.endswith(".js") else data
                    (package.folder / kept).write_bytes(data)
        print(package.name)
    sprite = (
        '<svg class="hidden" aria-hidden="true" focusable="false">\n' + "\n".join(dict.fromkeys(symbols)) + "\n</svg>\n"
    )
    (CONSOLE / "templates/icons.svg").write_text(sprite, "utf-8")


if __name__ == "__main__":
    main()
