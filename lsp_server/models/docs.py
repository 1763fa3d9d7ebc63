"""Writes docs/models.md from the model table: `python -m lsp_server.models.docs > docs/models.md`."""

from __future__ import annotations

import sys

from lsp_server.models.table import Model, Table, load, rows_of

HEAD = """\
# Models

<!-- Generated from lsp_server/models/table.yaml by `python -m lsp_server.models.docs > docs/models.md`. -->

Which model runs where. Speeds are published ones for one user and a short prompt unless the source says otherwise; an
empty cell means that nothing is published. Your own figures are in the status bar.

- **On the CPU** any GGUF file works: `"ttAssistant.engine.model": "/path/to/model.gguf"`.
- **On a board** **TT Assistant: Get a Better Model…** lists what runs there. Or name a model as the hub does:
  `"ttAssistant.engine.model": "meta-llama/Llama-3.1-8B-Instruct"`. [hardware.md](hardware.md) has the set-up.
- **Behind a URL** (vLLM, tt-inference-server, llama-server) use the name the server gives it.

`complete`, `functional` and `experimental` are the words of tt-inference-server: checked and fast; checked; in progress.
`listed` means that tt-metal names the model and the board without such a word.

Before an answer that will take more than five seconds you are told how long. The speed is the running mean of your own past
answers, kept for each model in `rates.json` below the data directory; before the first one it is the published figure.
`ttAssistant.edits.maxSeconds` limits what an edit may be expected to take.
"""


def page(table: Table) -> str:
    """The whole page."""
    sections = [HEAD, _boards(table), *(_section(model, table) for model in table.models), _sources(table)]
    return "\n".join(sections)


def _boards(table: Table) -> str:
    lines = ["## By board\n", "| board | chips | models |", "|---|---|---|"]
    for board in table.boards:
        names = ", ".join(model.name for model in table.for_board(board.id))
        lines.append(f"| {board.name} | {board.chips} {board.architecture} | {names} |")
    return "\n".join(lines) + "\n"


def _section(model: Model, table: Table) -> str:
    lines = [
        f"## {model.name}\n",
        f"`{model.hub}` · {model.licence} · {model.billions:g} billion parameters. {model.about}\n",
    ]
    if model.gated:
        lines.append(
            f"Accept the licence at <https://huggingface.co/{model.hub}> first, then `hf auth login`.\n"
        )
    if model.disk_gb:
        lines.append(
            f"On a board: {model.disk_gb} GB of disk and {model.ram_gb} GB of memory for weights and their cache.\n"
        )
    if model.not_upstream:
        lines.append(
            f"**Not upstream yet.** {model.not_upstream} It runs on the CPU as a GGUF file, or behind a URL.\n"
        )
    if model.gguf or model.boards:
        lines += [
            "| runs on | status | context | tokens/s | first token | source |",
            "|---|---|---|---|---|---|",
        ]
        for row, source in zip(rows_of(model), _row_sources(model), strict=True):
            lines.append(f"| {' | '.join(row[1:])} | {source} |")
        lines.append("")
    if model.gguf and model.gguf.url:
        lines.append(
            f"File: [{model.gguf.file}]({model.gguf.url}), {model.gguf.bytes:,} bytes, SHA-256 `{model.gguf.sha256}`.\n"
        )
    if model.note:
        lines.append(f"{model.note}\n")
    return "\n".join(lines)


def _row_sources(model: Model) -> list[str]:
    runs = [model.gguf] if model.gguf else []
    named = [{run.speed.source} if run.speed else set() for run in runs]
    named += [{run.source, *({run.speed.source} if run.speed else ())} for run in model.boards]
    return [", ".join(f"[{name}](#sources)" for name in sorted(names)) for names in named]


def _sources(table: Table) -> str:
    lines = ["## Sources\n"]
    for source in table.sources:
        lines.append(
            f"- **{source.id}**: " + (f"[{source.title}]({source.url})" if source.url else source.title)
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(load()))
