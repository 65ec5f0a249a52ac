"""Matrix products between many rows and few units, laid out as memory likes it.

The inputs of a network are kept row by row. What its layers compute of them, few units of many
rows, is kept unit by unit (Fortran order): NumPy works along memory, and a few long runs take a
fraction of the time of many short ones. Nothing here changes a result but for rounding.
"""

import math
import threading

import numpy as np

CACHE_LINE = 64  # bytes; what lies across two lines is loaded twice


def times(a: np.ndarray, W: np.ndarray) -> np.ndarray:
    """a @ W: (N, K) and (K, M) -> (N, M) in Fortran order."""
    if a.flags.c_contiguous:
        return np.asfortranarray(a @ W)
    product = np.empty((len(a), W.shape[1]), W.dtype, order="F")
    np.matmul(a, W, out=product)
    return product


def transposed_times(a: np.ndarray, delta: np.ndarray) -> np.ndarray:
    """a.T @ delta: (N, K) and (N, M) -> (K, M)."""
    if a.flags.c_contiguous:
        transposed: np.ndarray = delta.T @ a
        return transposed.T
    product: np.ndarray = a.T @ delta
    return product


def aligned(shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """An uninitialised array that starts on a cache line."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    memory = np.empty(size + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    return memory[start : start + size].view(dtype).reshape(shape)


class Workspace(threading.local):
    """Floats for each thread, overwritten by its next use of them.

    Memory that is used again is faster than fresh memory, and still in cache.
    """

    floats = np.empty(0)

    def as_floats(self, X: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """X itself if it has this dtype, else a copy that has, good until the thread's next."""
        if X.dtype == dtype:
            return X
        if self.floats.dtype != dtype or len(self.floats) < X.size:
            self.floats = aligned((X.size,), dtype)
        floats = self.floats[: X.size].reshape(X.shape)
        np.copyto(floats, X)
        return floats


workspace = Workspace()
