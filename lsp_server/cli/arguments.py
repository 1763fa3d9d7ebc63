"""The command line: what can be typed after `tt-assistant`, and the help that teaches it."""

from __future__ import annotations

import argparse
from typing import Any

from lsp_server import __version__

OVERVIEW = """\
A coding assistant that runs on this machine: a Tenstorrent board, or the processor.

  tt-assistant chat                            talk; /help inside lists the commands
  tt-assistant chat --file src/app.py "Why is this slow?"
  git diff | tt-assistant chat "Review this"
  tt-assistant run explain src/app.py:40       the function around line 40
  tt-assistant run docstring src/app.py:40     a unified diff; --apply writes it
  tt-assistant run tests src/app.py:40 --run-tests
                                               tests that were run; failing ones are mended or dropped
  tt-assistant engine start                    load the model before the first question
  tt-assistant doctor                          what is missing, and the command that mends it
"""

WHERE = """\
where things are:
  settings   {settings}
             JSON with the keys of VS Code: {{"ttAssistant.engine.model": "/models/coder.gguf"}}
  prompts    {prompts}
             a file here replaces the built-in one of the same name
  engine     {runtime}
             socket and log; the editor uses the same running engine

exit status: 0 done, 1 failed or refused, 2 wrong usage, 130 stopped by Ctrl+C
The key of a remote engine is read from TT_ASSISTANT_API_KEY.
"""


def build_parser(where: dict[str, str]) -> argparse.ArgumentParser:
    """`where` fills the paths of the help text."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="tt-assistant", description=OVERVIEW, epilog=WHERE.format(**where), formatter_class=formatter
    )
    parser.add_argument("--version", action="version", version=f"tt-assistant {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, summary: str, more: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=summary, description=summary, epilog=more, formatter_class=formatter
        )

    chat = command("chat", "Talk with the model; reads one question when its input is a pipe.")
    chat.add_argument("question", nargs="*", help="ask this and leave; piped input is added to it")
    chat.add_argument(
        "--file", action="append", default=[], metavar="PATH[:A-B]", help="attach a file or lines of it"
    )
    _engine_flags(chat)

    run = command("run", "Run an action on a file: print the answer, or the edit as a unified diff.")
    run.add_argument("action", help="explain, docstring, tests, refactor …; `list` names them all")
    run.add_argument("file", nargs="?", metavar="FILE[:LINE]", help="FILE, FILE:LINE or FILE:A-B")
    run.add_argument("--instruction", default="", help="what to do, for actions that ask")
    run.add_argument("--apply", action="store_true", help="write the edit")
    run.add_argument(
        "--run-tests",
        action="store_true",
        help="check the edit by running code of this folder: generated tests, linters, old code against new "
        "(always: --set tests.run=always)",
    )
    _engine_flags(run)

    engine = command("engine", "Start, show or stop the engine that this terminal and the editor share.")
    engine.add_argument("order", choices=["start", "status", "stop"])
    _engine_flags(engine)

    doctor = command("doctor", "Check this machine: each line says ok, wrong or unknown, and what mends it.")
    doctor.add_argument("--json", action="store_true", help="print JSON (docs/doctor.md)")
    _engine_flags(doctor)

    models = command(
        "models", "List the models, the boards and engines that run them, and their published speed."
    )
    models.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _engine_flags(parser: argparse.ArgumentParser) -> None:
    flags = parser.add_argument_group("settings (they win over the settings file)")
    flags.add_argument("--backend", choices=["auto", "tt", "cpu"], help="what runs the model")
    flags.add_argument("--model", help="GGUF path, Hugging Face name, or served name")
    flags.add_argument("--url", help="an OpenAI-compatible engine, for example http://127.0.0.1:8000/v1")
    flags.add_argument("--preset", help="system prompt: general, web, systems, data or one of yours")
    flags.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="any other setting")


FLAGS = {
    "backend": "engine.backend",
    "model": "engine.model",
    "url": "engine.url",
    "preset": "prompts.preset",
}


def overrides(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings that flags name; `--set` is parsed elsewhere."""
    chosen = {key: getattr(arguments, flag, None) for flag, key in FLAGS.items()}
    return {key: value for key, value in chosen.items() if value is not None}
