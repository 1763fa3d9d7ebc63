"""The four actions from Neovim, with its built-in LSP client and examples/neovim/init.lua as it is."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lsp.asking import PARSE
from tests.lsp.conftest import ENTRY, ENVIRONMENT, ROOT

INIT = ROOT / "examples/neovim/init.lua"
DRIVE = Path(__file__).with_name("neovim_drive.lua")


@pytest.mark.skipif(shutil.which("nvim") is None, reason="needs Neovim")
def test_the_four_actions_from_neovim(workspace: Path, user_prompts: Path, tmp_path: Path) -> None:
    (workspace / "header.py").write_text(PARSE)
    docstring = PARSE.replace("(line):\n", '(line):\n    """Split a header line."""\n')
    refactored = docstring[docstring.index("def") :].replace("name.strip()", "name.rstrip()")
    test = (
        "from header import parse_header\n\n\ndef test_splits():\n    assert parse_header('a: b')[1] == 'b'"
    )
    answers = [
        ["Split a header line."],
        [f"```python\n{refactored}```"],
        [f"```python\n{test}\n```"],
        ["It splits a line."],
    ]
    script = tmp_path / "answers.json"
    script.write_text(json.dumps(answers))
    command = json.dumps([sys.executable, str(ENTRY), str(user_prompts), str(script)])

    nvim = subprocess.run(
        [
            *("nvim", "--headless", "--clean", "--cmd", f"let g:tt_assistant_command = {command}"),
            *("-c", f"luafile {INIT}", "-c", f"luafile {DRIVE}", "header.py"),
        ],
        cwd=workspace,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert nvim.returncode == 0, nvim.stderr
    assert (workspace / "with_docstring.py").read_bytes() == docstring.encode()
    assert "name.rstrip()" in (workspace / "header.py").read_text()
    assert "def test_splits" in next(workspace.rglob("test_header.py")).read_text()
