"""Every failure text of the contract's §5 becomes a sentence that says what to do (one table, one test each)."""

from __future__ import annotations

import pytest

from lsp_server.host.backends import BackendError
from lsp_server.host.backends.tt import failures
from tests.contract.double.world import TRACE_ALLOCATION, Faults
from tests.contract.harness import make, prompt, rig, stand_in_world

TEXTS = [
    (
        "Waiting for lock 'CHIP_IN_USE_0_PCIe' which is currently held by thread TID: 12, PID: 4711",
        "chip_in_use",
        "Process 4711 is using the board",
    ),
    ("Waiting for KMD lock 'x', held by PID: 99", "chip_in_use", "Process 99"),
    ("Waiting for KMD lock 'CHIP_IN_USE_0_PCIe'", "kmd_lock", "Another process"),
    ("Failed to allocate the TLB with size 1048576", "tlb", "Another process"),
    (
        "Failed to allocate TLB window. Look at /sys/kernel/debug/tenstorrent/0/mappings",
        "tlb",
        "Another process",
    ),
    ("No chips detected in the cluster", "no_chips", "tt-smi"),
    ("Unable to determine architecture because no chips were detected.", "no_chips", "tt-kmd"),
    ("Insufficient NumHugepages: 0 should be at least NumMMIODevices: 1", "hugepages", "reboot"),
    (
        "Hugepages must be successfully initialized if workload contains remote chips!",
        "hugepages",
        "hugepages-1G",
    ),
    ("No hugepage mapping at device 0.", "hugepages", "huge pages"),
    ("Timed out after waiting 1000 ms for ARC to respond", "arc", "tt-smi -r"),
    ("Timed out after waiting 1000 ms for arc core (8, 0) to start", "arc", "-glx_reset"),
    (
        "TIMEOUT: device timeout, potential hang detected, the device is unrecoverable",
        "device_timeout",
        "tt-smi -r",
    ),
    (
        "Out of Memory: Not enough space to allocate 4563402752 B DRAM buffer across 12 banks, where each bank",
        "out_of_memory",
        "ttAssistant.engine.contextWindow",
    ),
    (
        "Creating trace buffers of size 61341696B on MeshDevice 1, but only 52000000B is allocated for trace region.",
        "trace_region",
        "61341696",
    ),
    ("sfpi not found at /a/sfpi or /opt/tenstorrent/sfpi", "sfpi", "install_dependencies"),
    ("ImportError: undefined symbol: MPIX_Comm_revoke", "openmpi", "/opt/openmpi-v5.0.7-ulfm/lib"),
    ("undefined symbol: _ZN2tt8tt_metal15SetFabricConfigENS", "build_mismatch", "different versions"),
    ("page_table must be provided for chunked prefill", "unpaged_chunk", "Report this"),
    ("Firmware bundle 18.0.0 is older than the minimum compatible version 18.5.0", "versions", "tt-flash"),
    ("KMD version 1.33 is older than the minimum compatible version 2.0.0", "versions", "tt-kmd"),
    (TRACE_ALLOCATION, "trace_allocation", "could be wrong"),
    (
        "Please set HF_MODEL to a HuggingFace name e.g. meta-llama/Llama-3.1-8B-Instruct",
        "hf_model",
        "HF_MODEL",
    ),
    ("Only one of LLAMA_DIR or HF_MODEL should be set", "hf_model", "unset LLAMA_DIR"),
    ("Unsupported model Foo-9B", "unsupported_model", "another model"),
    ("No module named 'llama_models.llama3'", "llama_models", "fork"),
]


@pytest.mark.parametrize(("text", "id", "says"), TEXTS, ids=[text[:40] for text, _, _ in TEXTS])
def test_text_becomes_a_message_with_its_fix(text, id, says):
    found = failures.find(f"2026-11-22 | critical | {text}\n")

    assert found is not None
    failure, message = found
    assert failure.id == id
    assert says in message


def test_every_failure_has_a_text():
    assert {failure.id for failure in failures.FAILURES} == {id for _, id, _ in TEXTS}


@pytest.mark.parametrize("text", [text for text, _, _ in TEXTS])
def test_an_exception_with_the_text_is_explained(text):
    error = failures.explain(RuntimeError(text), "opening the board")

    assert error.message and text not in error.message
    assert text in error.detail


def test_the_last_text_of_the_log_counts():
    log = "Timed out after waiting 9 ms for ARC to respond\nNo chips detected in the cluster\n"

    error = failures.explain(RuntimeError("TT_FATAL"), "opening the board", log)

    assert "No Tenstorrent chip" in error.message


def test_an_unknown_exception_keeps_its_words_in_the_detail():
    error = failures.explain(ValueError("strange"), "warming up")

    assert "warming up" in error.message and error.fatal
    assert error.detail == "ValueError: strange"


@pytest.mark.parametrize(
    ("place", "text", "says"),
    [
        ("on_open", "No chips detected in the cluster", "No Tenstorrent chip"),
        ("on_open", "Timed out after waiting 1000 ms for ARC to respond", "management processor"),
        ("on_build", "sfpi not found at a or b", "SFPI"),
        ("on_prefill", "page_table must be provided for chunked prefill", "Report this"),
        (
            "on_decode",
            "TIMEOUT: device timeout, potential hang detected, the device is unrecoverable",
            "tt-smi -r",
        ),
    ],
)
@pytest.mark.parametrize("generation", ["G0", "G4", "P2"])
def test_a_failure_while_loading_closes_the_board(generation, place, text, says):
    with stand_in_world(generation, board="N300", faults=Faults(**{place: text})) as world:
        with pytest.raises(BackendError, match=says):
            make().load(lambda progress: None)

        world.assert_clean()


def test_memory_that_does_not_suffice_names_the_setting():
    with stand_in_world("G4", faults=Faults(dram_blocks=10)) as world:
        with pytest.raises(BackendError, match="contextWindow") as failed:
            make().load(lambda progress: None)

        assert "DRAM memory is full" in failed.value.message
        world.assert_clean()


def test_a_device_that_dies_during_an_answer_is_told_with_its_fix():
    with rig("G4") as made:
        made.check(prompt(100))
        made.world.faults.on_decode = (
            "TIMEOUT: device timeout, potential hang detected, the device is unrecoverable"
        )

        with pytest.raises(BackendError) as died:
            made.ask(prompt(120))

        assert died.value.fatal and died.value.code == "device" and "tt-smi -r" in died.value.message


def test_a_failed_request_leaves_no_block_behind_and_the_next_is_right():
    with rig("G4") as made:
        made.world.faults.on_decode = "a passing fault"
        with pytest.raises(BackendError):
            made.ask(prompt(500))
        made.world.faults.on_decode = ""

        assert made.backend.status()["blocks_used"] == 0
        made.check(prompt(500))
