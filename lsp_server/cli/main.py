"""`tt-assistant`: reads the command line, composes what a command needs, and turns errors into a sentence."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lsp_server.cli.arguments import build_parser, overrides
from lsp_server.cli.configuration import load_settings, parse_assignment
from lsp_server.errors import AssistantError, SettingsError
from lsp_server.places import RATES, Places, with_tt_metal
from lsp_server.settings import Settings

FAILED, STOPPED = 1, 130


def main(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> int:
    """Run one command and return the exit status."""
    environ = os.environ if environ is None else environ
    places = Places.of(environ)
    where = {
        "settings": str(places.settings),
        "prompts": str(places.config / "prompts"),
        "runtime": str(places.runtime),
    }
    parser = build_parser(where)
    arguments = parser.parse_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 0
    try:
        return COMMANDS[arguments.command](arguments, places, environ)
    except AssistantError as error:
        sys.stderr.write(f"tt-assistant: {error.message}\n")
        return FAILED
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _settings(arguments: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> Settings:
    flags = {**overrides(arguments), **dict(map(parse_assignment, arguments.set))}
    return with_tt_metal(load_settings(places.settings, flags), environ)


def _chat(arguments: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    from lsp_server.cli.chat import Chat, piped_question
    from lsp_server.cli.compose import open_engine, open_library
    from lsp_server.cli.conversation import Conversation
    from lsp_server.cli.loop import LoopThread
    from lsp_server.cli.terminal import Terminal

    settings = _settings(arguments, places, environ)
    terminal = Terminal()
    with LoopThread() as loop, open_engine(settings, places, environ, loop, terminal) as engine:
        conversation = Conversation(engine, open_library(places), settings, settings.prompts_preset)
        conversation.use_preset(settings.prompts_preset)
        for named in arguments.file:
            conversation.attach(named)
        chat = Chat(conversation, terminal, loop)
        question = " ".join(arguments.question)
        if not question and sys.stdin.isatty():
            return chat.run(places.data / "questions")
        chat.ask(piped_question(question, "" if sys.stdin.isatty() else sys.stdin.read()))
        return 0


def _run(arguments: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    from lsp_server.cli.compose import open_engine, open_library
    from lsp_server.cli.loop import LoopThread
    from lsp_server.cli.run import Order, list_actions, run_action
    from lsp_server.cli.terminal import Terminal
    from lsp_server.models.paces import Paces

    library, terminal = open_library(places), Terminal()
    if arguments.action == "list":
        return list_actions(library, terminal)
    if arguments.file is None:
        raise AssistantError("Say which file: tt-assistant run ACTION FILE[:LINE].")
    settings = _settings(arguments, places, environ)
    with LoopThread() as loop, open_engine(settings, places, environ, loop, terminal) as engine:
        order = Order(
            arguments.action, arguments.file, arguments.instruction, arguments.apply, arguments.run_tests
        )
        return loop.run(
            run_action(
                order,
                engine=engine,
                library=library,
                settings=settings,
                terminal=terminal,
                workspace=Path.cwd(),
                paces=Paces(places.data / RATES),
            )
        )


def _engine(arguments: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    from lsp_server.cli.engine import control_engine
    from lsp_server.cli.terminal import Terminal

    settings = _settings(arguments, places, environ)
    return asyncio.run(control_engine(arguments.order, settings, places, environ, Terminal()))


def _doctor(arguments: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    from lsp_server.doctor import report
    from lsp_server.doctor.examination import diagnose

    problem = ""
    try:
        settings = _settings(arguments, places, environ)
    except SettingsError as error:
        settings, problem = Settings(), error.message
    findings = diagnose(
        settings,
        environ,
        runtime_dir=places.runtime,
        data_dir=places.data,
        settings_problem=problem,
        settings_file=places.settings,
    )
    sys.stdout.write(report.as_json(findings) if arguments.json else report.as_text(findings))
    return report.exit_status(findings)


def _models(arguments: argparse.Namespace, places: Places, environ: Mapping[str, str]) -> int:
    from lsp_server.models import table

    sys.stdout.write(table.as_json(table.load()) if arguments.json else table.as_text(table.load()))
    return 0


Command = Callable[[argparse.Namespace, Places, Mapping[str, str]], int]
COMMANDS: dict[str, Command] = {
    "chat": _chat,
    "run": _run,
    "engine": _engine,
    "doctor": _doctor,
    "models": _models,
}
