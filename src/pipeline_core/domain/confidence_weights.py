"""The weights of the model of confidence. ``python -m benchmarks confidence --write`` writes them: docs/quality.md."""

INTERCEPT = 0.9

WEIGHTS: dict[str, tuple[float, float]] = {
    # feature: (weight, mean)
    "row": (0.0, 0.35),
    "item": (0.1, 0.2),
    "label": (0.0, 0.05),
    "prose": (0.0, 0.4),
    "header_certain": (0.3, 0.5),
    "header_guessed": (-0.5, 0.1),
    "header_missing": (-1.0, 0.1),
    "key_named": (0.4, 0.8),
    "empty_cells": (-1.0, 0.1),
    "lead_in": (0.5, 0.3),
    "lead_in_missing": (-1.0, 0.1),
    "requirement": (0.8, 0.1),
    "sentence_whole": (1.0, 0.8),
    "leans": (-1.5, 0.1),
    "hedged": (-1.0, 0.05),
    "asked": (0.3, 0.3),
    "unsure": (-1.5, 0.1),
    "few_words": (-1.5, 0.1),
    "many_words": (-0.5, 0.1),
    "found_aligned": (-1.0, 0.02),
    "scattered": (-2.0, 0.05),
    "ocr_doubt": (-3.0, 0.02),
    "verbatim": (0.3, 0.9),
    "digits": (-1.5, 0.1),
    "marks": (-3.0, 0.05),
    "begins_well": (1.0, 0.9),
    "ends_well": (1.0, 0.9),
}
