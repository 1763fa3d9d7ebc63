"""`tt-assistant chat` as a person meets it: a real process in a terminal, a scripted engine behind a URL."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from .scripted_server import ScriptedServer
from .terminal import CTRL_C, CTRL_D, ROOT, UP, TerminalSession, cli


@pytest.fixture
def chat(server: ScriptedServer, environ: dict[str, str], folder: Path):
    with TerminalSession(["chat", "--url", server.url], environ, folder) as session:
        session.expect("> ")
        yield session


def test_an_answer_streams_and_the_next_question_carries_it(chat: TerminalSession, server: ScriptedServer):
    server.answers = ["A mesh is a grid.", "Of chips."]

    chat.enter("What is a mesh?")
    chat.expect("A mesh is a grid.")
    chat.expect("> ")
    chat.enter("Of what?")
    chat.expect("Of chips.")

    roles = [message["role"] for message in server.requests[-1]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


def test_ctrl_c_stops_the_answer_and_the_next_one_works(chat: TerminalSession, server: ScriptedServer):
    server.answers, server.hold_after = ["one two three four", "fine"], 2

    chat.enter("Count")
    chat.expect("one two")
    chat.type(CTRL_C)
    chat.expect("Stopped.")
    chat.expect("> ")
    assert server.hung_up.wait(10)

    chat.enter("And now?")
    chat.expect("fine")
    assert [m["content"] for m in server.requests[-1]["messages"][2:]] == ["one two ", "And now?"]


def test_ctrl_c_at_the_prompt_keeps_what_was_typed_and_twice_leaves(chat: TerminalSession):
    chat.type("half a question")
    chat.expect("half a question")
    chat.interrupt()
    chat.expect("Ctrl+C again")
    chat.expect("> ")
    chat.type(UP)
    chat.expect("half a question")
    chat.interrupt()

    assert chat.wait() == 0


def test_an_answer_that_goes_round_in_circles_is_stopped_and_told_and_kept_once(
    chat: TerminalSession, server: ScriptedServer
):
    said = "It is a list of words, and the words are in order."
    server.answers = [f"{said} " * 200, "fine"]

    chat.enter("What is it?")
    chat.expect("(stopped, because it repeated itself)")
    chat.expect("> ")
    chat.enter("And now?")
    chat.expect("fine")

    assert server.requests[-1]["messages"][2]["content"] == said


def test_ctrl_d_leaves(chat: TerminalSession):
    chat.type(CTRL_D)

    assert chat.wait() == 0


def test_a_file_is_attached_by_lines(chat: TerminalSession, server: ScriptedServer):
    chat.enter("/file shape.py:4-5")
    chat.expect("Attached shape.py:4-5.")
    chat.enter("What is this?")
    chat.expect("ok")

    question = server.questions()[-1]
    assert "def area" in question and question.endswith("What is this?")


def test_a_file_that_is_not_there_is_one_sentence(chat: TerminalSession):
    chat.enter("/file nowhere.py")
    chat.expect("nowhere.py cannot be read: No such file or directory.")
    chat.expect("> ")


CODE = 'Try this:\n\n```python\nimport pathlib\npathlib.Path("made").touch()\nprint("six", 2 * 3)\n```\n'
PRINTED = "six 6"


def test_run_asks_first_and_leaves_the_folder_alone(
    chat: TerminalSession, server: ScriptedServer, folder: Path
):
    server.answers = [CODE]
    chat.enter("Show me")
    chat.expect("```python")
    chat.enter("/run")
    chat.expect("3 lines of Python that the model wrote")
    chat.expect("Run it?")
    chat.enter("")
    chat.expect("Not run.")
    assert PRINTED not in chat.seen

    chat.enter("/run 1")
    chat.expect("Run it?")
    chat.enter("a")
    chat.expect(PRINTED)
    chat.expect("Exit code 0")
    chat.enter("/run")
    chat.expect(PRINTED)

    assert [path.name for path in folder.iterdir()] == ["shape.py"]
    assert chat.seen.count("Run it?") == 2


def test_ctrl_c_ends_the_code_that_runs(chat: TerminalSession, server: ScriptedServer):
    server.answers = ["```python\nimport time\nprint('be' + 'gun')\ntime.sleep(600)\n```"]
    chat.enter("Show me")
    chat.expect("```")
    chat.enter("/run")
    chat.expect("Run it?")
    chat.enter("y")
    chat.expect("begun")
    chat.type(CTRL_C)
    chat.expect("Stopped.")
    chat.enter("And now?")
    chat.expect("ok")


def test_run_without_a_block_or_with_a_shell_is_one_sentence(chat: TerminalSession, server: ScriptedServer):
    server.answers = ["Nothing here.", "```bash\nrm -r .\n```"]
    chat.enter("/run")
    chat.expect("The last answer has no code block to run.")
    chat.enter("One")
    chat.expect("Nothing here.")
    chat.enter("/run")
    chat.expect("The last answer has no code block to run.")
    chat.enter("Two")
    chat.expect("rm -r .")
    chat.enter("/run 2")
    chat.expect("Say which block: /run 1 to /run 1.")
    chat.enter("/run")
    chat.expect("bash code cannot be run")


def test_save_writes_the_conversation_and_never_over_another_file(chat: TerminalSession, folder: Path):
    chat.enter("Hello there")
    chat.expect("ok")
    chat.enter("/save talk.md")
    chat.expect("Saved to talk.md.")
    chat.enter("/save shape.py")
    chat.expect("exists already")
    chat.enter("/save talk.md")
    chat.expect("Saved to talk.md.")

    text = (folder / "talk.md").read_text("utf-8")
    assert "## You\n\nHello there" in text and "## Assistant\n\nok" in text
    assert "PI = 3.14" in (folder / "shape.py").read_text("utf-8")


def test_a_preset_changes_the_system_prompt(chat: TerminalSession, server: ScriptedServer):
    chat.enter("One")
    chat.expect("ok")
    chat.enter("/preset web")
    chat.expect("Preset web")
    chat.enter("Two")
    chat.expect("ok")
    chat.enter("/preset nonsense")
    chat.expect("There is no preset")

    first, second = (request["messages"][0]["content"] for request in server.requests)
    assert first != second


def test_new_forgets_and_status_tells(chat: TerminalSession, server: ScriptedServer):
    chat.enter("Remember me")
    chat.expect("ok")
    chat.enter("/new")
    chat.expect("A new conversation.")
    chat.enter("Who am I?")
    chat.expect("ok")
    chat.enter("/status")
    chat.expect("scripted")

    assert [message["role"] for message in server.requests[-1]["messages"]] == ["system", "user"]


def test_help_and_unknown_commands(chat: TerminalSession, server: ScriptedServer):
    chat.enter("/help")
    chat.expect("/file PATH[:A-B]")
    chat.enter("/nonsense")
    chat.expect("There is no command /nonsense")
    chat.enter("/etc/hosts is what?")
    chat.expect("ok")

    assert server.questions() == ["/etc/hosts is what?"]


def test_a_question_of_several_lines(chat: TerminalSession, server: ScriptedServer):
    chat.enter('"""What does')
    chat.expect(". ")
    chat.enter('this do?"""')
    chat.expect("ok")

    assert server.questions() == ["What does\nthis do?"]


def test_an_engine_that_fails_is_one_sentence_and_the_question_is_one_key_away(
    chat: TerminalSession, server: ScriptedServer
):
    server.status = 500
    chat.enter("Precious question")
    chat.expect("out of order")
    chat.expect("> ")
    server.status = 200
    chat.type(UP)
    chat.expect("Precious question")
    chat.enter("")
    chat.expect("ok")

    assert server.questions()[-1] == "Precious question"
    assert "Traceback" not in chat.seen


def test_control_characters_of_an_answer_do_not_reach_the_terminal(
    chat: TerminalSession, server: ScriptedServer
):
    server.answers = ["safe\x1b]0;title\x07 text"]

    chat.enter("Say")
    chat.expect("safe]0;title text")


def run_piped(
    server: ScriptedServer, environ: dict[str, str], folder: Path, arguments: list[str], text: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        cli(["chat", "--url", server.url, *arguments]),
        input=text,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )


def test_a_piped_question_prints_the_answer_alone(
    server: ScriptedServer, environ: dict[str, str], folder: Path
):
    server.answers = ["Forty-two."]

    done = run_piped(server, environ, folder, [], "What is six times seven?\n")

    assert (done.returncode, done.stdout, done.stderr) == (0, "Forty-two.\n", "")
    assert server.questions() == ["What is six times seven?"]


def test_piped_text_is_added_to_the_question(server: ScriptedServer, environ: dict[str, str], folder: Path):
    run_piped(server, environ, folder, ["Review", "this"], "+added line\n")

    assert server.questions() == ["Review this\n\n```\n+added line\n```"]


def test_an_empty_pipe_is_an_error(server: ScriptedServer, environ: dict[str, str], folder: Path):
    done = run_piped(server, environ, folder, [], "")

    assert done.returncode == 1
    assert done.stderr == "tt-assistant: There is no question to answer: type one first.\n"


def test_an_engine_that_is_not_there_is_one_sentence(
    server: ScriptedServer, environ: dict[str, str], folder: Path
):
    done = subprocess.run(
        cli(["chat", "--url", "http://127.0.0.1:9/v1", "Hello"]),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        timeout=60,
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("tt-assistant: ") and done.stderr.count("\n") == 1
