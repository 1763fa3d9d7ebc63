"""A file in Q4_1 becomes one in Q8_0 that holds the same values."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.cpu.gguf import read_layout
from lsp_server.host.backends.cpu.requantise import Q4_1, Q8_0, prepare, requantise

F32 = 0
BLOCKS = 3
NIBBLES = bytes(n | (15 - n) << 4 for n in range(16))


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def q4_1_model(scale: float = 0.5, least: float = -4.0) -> bytes:
    """Five floats, then 96 weights in three blocks, then three floats."""
    head = b"GGUF" + struct.pack("<IQQ", 3, 3, 2)
    head += string("general.architecture") + struct.pack("<I", 8) + string("llama")
    head += string("general.file_type") + struct.pack("<II", 4, 3)
    for name, shape, kind, offset in (("a", [5], F32, 0), ("b", [32, 3], Q4_1, 32), ("c", [3], F32, 96)):
        head += string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)
    head += b"\0" * (-len(head) % 32)
    floats, more = struct.pack("<5f", *range(5)), struct.pack("<3f", 7, 8, 9)
    blocks = struct.pack("<ee16s", scale, least, NIBBLES) * BLOCKS
    return head + floats.ljust(32, b"\0") + blocks.ljust(64, b"\0") + more


def values(scale: float, least: float) -> list[float]:
    """Of one block: first the low halves, then the high ones."""
    return [n * scale + least for n in [*range(16), *range(15, -1, -1)]]


def tensors(path: Path) -> Iterator[tuple[bytes, int, bytes]]:
    layout, data = read_layout(path), path.read_bytes()
    for tensor in layout.tensors:
        yield tensor.name, tensor.kind, data[layout.data_start + tensor.offset :]


half_floats = st.floats(-60.0, 60.0, width=16)


@given(half_floats, half_floats)
def test_the_values_stay_up_to_the_rounding_of_eight_bits(
    tmp_path_factory: pytest.TempPathFactory, scale: float, least: float
) -> None:
    folder = tmp_path_factory.mktemp("model")
    (folder / "old.gguf").write_bytes(q4_1_model(scale, least))

    requantise(folder / "old.gguf", folder / "new.gguf")

    _, (name, kind, data), _ = tensors(folder / "new.gguf")
    assert (name, kind) == (b"b", Q8_0)
    expected = values(scale, least)
    step = max(map(abs, expected)) / 127
    for block in range(BLOCKS):
        factor, *signed = struct.unpack_from("<e32b", data, 34 * block)
        assert [factor * n for n in signed] == pytest.approx(expected, abs=0.6 * step + 1e-4)


def test_the_rest_of_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "old.gguf").write_bytes(q4_1_model())

    requantise(tmp_path / "old.gguf", tmp_path / "new.gguf")

    (first, first_kind, floats), _, (last, last_kind, more) = tensors(tmp_path / "new.gguf")
    assert (first, first_kind, last, last_kind) == (b"a", F32, b"c", F32)
    assert struct.unpack_from("<5f", floats) == (0, 1, 2, 3, 4)
    assert struct.unpack("<3f", more[:12]) == (7, 8, 9)
    start = read_layout(tmp_path / "old.gguf").tensors_start
    assert (tmp_path / "new.gguf").read_bytes()[:start] == q4_1_model()[:start]


def test_only_files_in_packages_that_say_q4_1_are_replaced(tmp_path: Path) -> None:
    for name in ("one/a.Q4_1.gguf", "one/b.Q4_K_M.gguf", "deep/er/c.Q4_1.gguf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(q4_1_model())

    prepare(tmp_path)

    found = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.gguf")}
    assert found == {"one/a.Q8_0.gguf", "one/b.Q4_K_M.gguf", "deep/er/c.Q4_1.gguf"}


def test_a_damaged_file_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "old.gguf").write_bytes(q4_1_model()[:-1])

    with pytest.raises(BackendError, match="damaged"):
        requantise(tmp_path / "old.gguf", tmp_path / "new.gguf")

    assert [path.name for path in tmp_path.iterdir()] == ["old.gguf"]
