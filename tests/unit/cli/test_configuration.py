"""Settings of the terminal: a small file, flags over it, and files named on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.cli import main
from lsp_server.cli.configuration import load_settings, parse_assignment
from lsp_server.errors import SettingsError, UnsuitableDocument
from lsp_server.files import line_span, read_document, split_lines
from lsp_server.places import Places


def test_flags_win_over_the_file_and_the_file_over_defaults(tmp_path: Path):
    file = tmp_path / "settings.json"
    file.write_text(
        '{"ttAssistant.engine.model": "a.gguf", "engine": {"threads": 3}, "prompts.preset": "web"}'
    )

    settings = load_settings(file, {"engine.model": "b.gguf"})

    assert (settings.engine_model, settings.engine_threads, settings.prompts_preset) == ("b.gguf", 3, "web")


def test_a_missing_file_means_defaults(tmp_path: Path):
    assert load_settings(tmp_path / "none.json", {}).engine_backend == "auto"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "must hold one JSON object"),
        ('{"engine.modle": "x"}', "did you mean engine.model"),
        ('{"engine.backend": "gpu"}', "it must be auto or tt or cpu"),
    ],
)
def test_mistakes_in_the_file_are_sentences(tmp_path: Path, text: str, message: str):
    file = tmp_path / "settings.json"
    file.write_text(text)

    with pytest.raises(SettingsError, match=message):
        load_settings(file, {})


def test_set_reads_json_or_text():
    assert parse_assignment("engine.threads=4") == ("engine.threads", 4)
    assert parse_assignment("ttAssistant.engine.model=/a b.gguf") == ("engine.model", "/a b.gguf")
    with pytest.raises(SettingsError, match="KEY=VALUE"):
        parse_assignment("engine.threads")


def test_lines_are_split_from_paths_unless_the_file_is_called_so(tmp_path: Path):
    odd = tmp_path / "odd:3"
    odd.write_text("x")

    assert split_lines("a/b.py:4-9") == (Path("a/b.py"), (4, 9))
    assert split_lines("a/b.py:4") == (Path("a/b.py"), (4, 4))
    assert split_lines("a/b.py") == (Path("a/b.py"), None)
    assert split_lines(str(odd)) == (odd, None)


def test_a_span_has_no_line_end_and_counts_as_editors_do(tmp_path: Path):
    file = tmp_path / "a.py"
    file.write_bytes(b"one\x0cstill one\r\ntwo\r\n")
    document = read_document(file, tmp_path)

    span = line_span(document, 2, 2)

    assert document.slice(span) == "two"
    assert (document.path, document.language) == ("a.py", "python")
    with pytest.raises(UnsuitableDocument, match="no range"):
        line_span(document, 3, 9)


def test_a_binary_file_is_refused(tmp_path: Path):
    for data in (b"\x00\x01", b"\xff\xfe\xfa"):
        (tmp_path / "x").write_bytes(data)
        with pytest.raises(UnsuitableDocument, match="not a UTF-8 text file"):
            read_document(tmp_path / "x", tmp_path)


def test_places_follow_the_environment():
    places = Places.of({"HOME": "/home/ada", "XDG_RUNTIME_DIR": "/run/user/7"})

    assert places.settings == Path("/home/ada/.config/tt-assistant/settings.json")
    assert places.data == Path("/home/ada/.local/share/tt-assistant")
    assert places.runtime == Path("/run/user/7/tt-assistant")


def test_help_teaches_and_names_where_things_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main([], {"HOME": str(tmp_path)}) == 0

    text = capsys.readouterr().out
    assert "tt-assistant run docstring" in text
    assert str(tmp_path / ".config/tt-assistant/settings.json") in text


def test_models_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["models"], {"HOME": str(tmp_path)}) == 0
    assert "Llama 3.1 8B Instruct" in capsys.readouterr().out


def test_wrong_usage_is_status_2(tmp_path: Path):
    with pytest.raises(SystemExit) as stopped:
        main(["engine", "dance"], {"HOME": str(tmp_path)})
    assert stopped.value.code == 2


def test_a_wrong_setting_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["engine", "status", "--set", "nothing=1"], {"HOME": str(tmp_path)}) == 1
    assert capsys.readouterr().err.startswith("tt-assistant: --set names an unknown setting “nothing”")
