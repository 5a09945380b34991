"""Arrays as `.npy` files, which numpy reads without pickle."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import numpy.typing as npt

_MAX_PREAMBLE = 1024  # bytes before the values


def npy(array: npt.NDArray[Any]) -> bytes:
    """Return the bytes of an array's file."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
    return file.getvalue()


def npy_size(dtype: str, shape: tuple[int, ...]) -> int:
    """Return the most bytes that the file of an array may have."""
    return math.prod(shape) * np.dtype(dtype).itemsize + _MAX_PREAMBLE


def array_of(name: str, data: bytes, dtype: str, shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """Read a file. Raises ValueError, which names the array, unless it is one of this dtype and shape."""
    file = io.BytesIO(data)
    version = np.lib.format.read_magic(file)
    found = (version, *np.lib.format.read_array_header_1_0(file))
    expected = ((1, 0), shape, False, np.dtype(dtype))
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if found != expected or len(data) != file.tell() + size:
        raise ValueError(
            f"{name} is {found} with {len(data) - file.tell()} bytes, expected {expected} with {size} bytes"
        )
    return np.frombuffer(data, dtype, offset=file.tell()).reshape(shape)
