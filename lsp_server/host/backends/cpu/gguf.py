"""Reads the head of a GGUF file and proves that the rest is there.

llama.cpp refuses a bad file without saying why, so everything a user can do something about is found here first.
"""

from __future__ import annotations

import mmap
import struct
from math import prod
from pathlib import Path
from typing import Any

from attrs import frozen

from lsp_server.host.backends import BackendError

MAGIC = b"GGUF"
VERSIONS = (2, 3)
STRING, ARRAY = 8, 9
SCALARS = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
MAX_DIMENSIONS = 4
KEPT_ARRAY = 1024
"""Longer arrays (the vocabulary) are skipped, not kept."""

BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292),
    16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82),
    23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2),
    34: (256, 54), 35: (256, 66), 39: (32, 17),
}  # fmt: skip
"""Tensor type → elements and bytes of one block. A type not listed here is left to llama.cpp."""


@frozen
class GgufHeader:
    metadata: dict[str, Any]
    tensors: int

    @property
    def architecture(self) -> str:
        return str(self.metadata.get("general.architecture", ""))

    def number(self, name: str, default: int = 0) -> int:
        """A number of the model's architecture, for example "context_length"."""
        value = self.metadata.get(f"{self.architecture}.{name}", default)
        return max(value) if isinstance(value, list) and value else int(value or default)


@frozen
class Tensor:
    """One tensor as the file describes it."""

    name: bytes
    shape: tuple[int, ...]
    kind: int
    """ggml's number of its type."""
    offset: int
    """Bytes from the start of the data."""


@frozen
class Layout:
    """Where things are in a file, in bytes from its start."""

    tensors_start: int
    """End of the metadata: here the tensors are described."""
    tensors: list[Tensor]
    data_start: int
    alignment: int


def read_header(path: Path) -> GgufHeader:
    """Check that `path` is a whole GGUF model and return its metadata. Raises BackendError with the reason."""
    return _read(path)[0]


def read_layout(path: Path) -> Layout:
    """Check the same, and return where the tensors are. Raises BackendError with the reason."""
    return _read(path)[1]


def aligned(offset: int, alignment: int) -> int:
    """The next multiple of `alignment`."""
    return -(-offset // alignment) * alignment


def _read(path: Path) -> tuple[GgufHeader, Layout]:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(4) != MAGIC:
                raise BackendError(f"{path} is not a GGUF file.", code="model_corrupt")
            if size < 24:
                raise _damaged(path, "it ends within its header")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(path, data, size).read()
    except FileNotFoundError as error:
        raise BackendError(f"The model file {path} does not exist.", code="model_missing") from error
    except OSError as error:
        raise BackendError(
            f"The model file {path} cannot be read: {error.strerror}.", code="model_missing"
        ) from error


class _Reader:
    def __init__(self, path: Path, data: mmap.mmap, size: int) -> None:
        self._path, self._data, self._size, self._at = path, data, size, 4

    def read(self) -> tuple[GgufHeader, Layout]:
        try:
            return self._whole()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise _damaged(self._path, "its header makes no sense") from error

    def _whole(self) -> tuple[GgufHeader, Layout]:
        version = self._scalar("<I")
        if version not in VERSIONS:
            raise BackendError(
                f"{self._path} is GGUF version {version}; versions 2 and 3 can be read.", code="model_corrupt"
            )
        tensors, entries = self._scalar("<Q"), self._scalar("<Q")
        metadata: dict[str, Any] = {}
        for _ in range(entries):
            key = self._string()
            metadata[key] = self._value(self._scalar("<I"))
        layout = self._layout(tensors, int(metadata.get("general.alignment") or 32))
        needed = max(
            (layout.data_start + tensor.offset + _bytes(tensor) for tensor in layout.tensors), default=0
        )
        if needed > self._size:
            raise _damaged(
                self._path, f"it has {self._size:,} of at least {needed:,} bytes; download it again"
            )
        return GgufHeader(metadata, tensors), layout

    def _layout(self, count: int, alignment: int) -> Layout:
        start = self._at
        tensors = [self._tensor() for _ in range(count)]
        return Layout(start, tensors, aligned(self._at, alignment), alignment)

    def _tensor(self) -> Tensor:
        name = self._raw_string()
        dimensions = self._scalar("<I")
        if dimensions > MAX_DIMENSIONS:
            raise _damaged(self._path, "its header makes no sense")
        shape = tuple(self._scalar("<Q") for _ in range(dimensions))
        return Tensor(name, shape, self._scalar("<I"), self._scalar("<Q"))

    def _value(self, kind: int) -> Any:
        if kind == STRING:
            return self._string()
        if kind != ARRAY:
            return self._scalar(SCALARS[kind]) if kind in SCALARS else self._nonsense()
        inner, count = self._scalar("<I"), self._scalar("<Q")
        if inner in SCALARS and count > KEPT_ARRAY:
            self._skip(struct.calcsize(SCALARS[inner]) * count)
            return None
        if inner == STRING and count > KEPT_ARRAY:
            for _ in range(count):
                self._skip(self._scalar("<Q"))
            return None
        if inner not in SCALARS and inner != STRING:
            self._nonsense()
        return [self._value(inner) for _ in range(count)]

    def _scalar(self, form: str) -> Any:
        (value,) = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return value

    def _string(self) -> str:
        return self._raw_string().decode("utf-8", errors="replace")

    def _raw_string(self) -> bytes:
        start = self._at + 8
        self._skip(self._scalar("<Q"))
        return self._data[start : self._at]

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > self._size:
            raise _damaged(self._path, "it ends within its header; download it again")

    def _nonsense(self) -> Any:
        raise _damaged(self._path, "its header makes no sense")


def _bytes(tensor: Tensor) -> int:
    block, width = BLOCKS.get(tensor.kind, (1, 0))
    return prod(tensor.shape) // block * width


def _damaged(path: Path, how: str) -> BackendError:
    return BackendError(f"The model file {path} is damaged: {how}.", code="model_corrupt")
