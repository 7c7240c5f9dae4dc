"""The weights of the model of confidence. ``python -m benchmarks.confidence --write`` writes them: docs/quality.md."""

INTERCEPT = 0.456

WEIGHTS: dict[str, tuple[float, float]] = {
    # feature: (weight, mean)
    "row": (0.754, 0.349),
    "header_certain": (0.3, 1.0),
    "header_guessed": (-0.828, 0.038),
    "header_missing": (-3.15, 0.286),
    "unnamed_cells": (-2.202, 0.203),
    "key_named": (0.425, 0.971),
    "empty_cells": (-0.556, 0.031),
    "many_columns": (-0.386, 0.11),
    "digits": (-1.179, 0.063),
    "lead_in": (0.023, 0.312),
    "lead_in_missing": (-0.901, 0.031),
    "requirement": (1.372, 0.146),
    "sentence_whole": (0.693, 0.721),
    "leans": (-1.2, 0.0),
    "points_inside": (-0.462, 0.286),
    "definite": (-0.847, 0.194),
    "names": (0.251, 0.571),
    "first_person": (-0.073, 0.027),
    "hedged": (-0.146, 0.026),
    "defines": (0.135, 0.027),
    "duty": (0.414, 0.07),
    "asked": (1.157, 0.033),
    "score": (1.213, 0.489),
    "begins_well": (0.616, 0.995),
    "ends_well": (0.8, 1.0),
    "few_words": (-1.989, 0.022),
    "many_spans": (-0.665, 0.033),
    "found_aligned": (-0.8, 0.0),
    "scattered": (-1.657, 0.007),
    "ocr_doubt": (-3.0, 0.05),
    "unsure": (-1.5, 0.1),
    "written": (0.8, 0.0),
}
