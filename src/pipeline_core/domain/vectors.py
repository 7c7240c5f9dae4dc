"""Vectors of texts."""

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""Shape (texts, dimensions)."""
HalfVectors = npt.NDArray[np.float16]
"""The same in half precision, in which they are kept."""
