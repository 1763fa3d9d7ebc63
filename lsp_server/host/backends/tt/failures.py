"""What tt-metal's failure texts mean, and what to do about each. One table; contract §5 is its source."""

from __future__ import annotations

import logging
import re
import traceback

from attrs import frozen

from lsp_server.host.backends import BackendError

logger = logging.getLogger(__name__)

RESET = "Run `tt-smi -r` (on a Galaxy: `tt-smi -glx_reset`), then restart the engine."


@frozen
class Failure:
    id: str
    pattern: str
    """Found anywhere in the exception's text or the last lines of the log."""
    message: str
    """What happened and what to do; `{0}`, `{1}` are the pattern's groups."""
    code: str = "device"
    fatal: bool = True
    waiting: bool = False
    """Printed while the call blocks, so a reason for a missed deadline and not for an exception."""


FAILURES: tuple[Failure, ...] = (
    Failure(
        "chip_in_use",
        r"Waiting for (?:KMD )?lock.*?PID: (\d+)",
        "Process {0} is using the board. Close it (or stop its server), then restart the engine.",
        waiting=True,
    ),
    Failure(
        "kmd_lock",
        r"Waiting for KMD lock",
        "Another process is using the board. Close it, then restart the engine.",
        waiting=True,
    ),
    Failure(
        "tlb",
        r"Failed to allocate (?:the TLB with size|TLB window)",
        "Another process is using the board: the driver has no address window left. Close it, then restart the engine.",
    ),
    Failure(
        "no_chips",
        r"No chips detected in the cluster|no chips were detected",
        "No Tenstorrent chip was found. Check that `tt-smi` lists the board, that the driver (tt-kmd) is loaded and that "
        "you may read /dev/tenstorrent.",
    ),
    Failure(
        "hugepages",
        r"Insufficient NumHugepages|Hugepages must be successfully initialized|No hugepage mapping at device",
        "The 1 GB huge pages are not set up. Install tt-system-tools and reboot; in a container mount /dev/hugepages-1G.",
    ),
    Failure(
        "arc",
        r"Timed out after waiting \d+ ms for ARC|arc core .* to start",
        f"The board's management processor does not answer. {RESET} The reset can fail silently: check with `tt-smi`.",
    ),
    Failure(
        "device_timeout",
        r"TIMEOUT: device timeout, potential hang detected",
        f"The board stopped answering and cannot recover by itself. {RESET}",
    ),
    Failure(
        "out_of_memory",
        r"Out of Memory: Not enough space to allocate (\d+) B (\w+) buffer",
        "The board's {1} memory is full. Set a smaller context window (ttAssistant.engine.contextWindow), then restart the "
        "engine.",
    ),
    Failure(
        "trace_region",
        r"Creating trace buffers of size (\d+)B on MeshDevice .*?only (\d+)B is allocated",
        "The decode trace needs {0} bytes and the board was opened with {1}. Report this: the board table is too small for "
        "this model.",
        code="failed",
    ),
    Failure(
        "sfpi",
        r"sfpi not found at",
        "The SFPI compiler is missing. Run tt-metal's ./install_dependencies.sh (it installs /opt/tenstorrent/sfpi) or "
        "rebuild tt-metal.",
        code="failed",
    ),
    Failure(
        "openmpi",
        r"undefined symbol:? MPIX_Comm_revoke",
        "The wrong OpenMPI was loaded. Start with LD_LIBRARY_PATH=/opt/openmpi-v5.0.7-ulfm/lib, or install tt-metal's "
        "OpenMPI.",
        code="failed",
    ),
    Failure(
        "build_mismatch",
        r"undefined symbol.*SetFabricConfig",
        "The ttnn package and the tt-metal checkout come from different versions. Install the ttnn wheel of the checkout's "
        "release, or check out the tag of the wheel.",
        code="failed",
    ),
    Failure(
        "unpaged_chunk",
        r"page_table must be provided for chunked prefill",
        "tt-metal was asked for a chunked prefill without a page table. Report this: it is a mistake of ours.",
        code="failed",
    ),
    Failure(
        "versions",
        r"older than the minimum compatible version",
        "The board's firmware or driver is too old for this tt-metal. Update the firmware with tt-flash and the driver "
        "(tt-kmd).",
    ),
    Failure(
        "trace_allocation",
        r"Allocating device buffers is unsafe due to the existence of an active trace",
        "Memory was allocated while a trace was live, so answers could be wrong. Restart the engine, and report this.",
        code="failed",
    ),
    Failure(
        "hf_model",
        r"Please set HF_MODEL to a HuggingFace name|Only one of LLAMA_DIR or HF_MODEL",
        "tt-metal found no model name, or two. Set HF_MODEL (or ttAssistant.engine.model) and unset LLAMA_DIR.",
        code="model_missing",
    ),
    Failure(
        "unsupported_model",
        r"Unsupported model",
        "This tt-metal does not know this model on this board. Choose another model (see docs/hardware.md).",
        code="unsupported",
    ),
    Failure(
        "llama_models",
        r"No module named '(llama_models[\w.]*)'",
        "This tt-metal needs Tenstorrent's fork of llama-models. Run the requirements of models/tt_transformers in its "
        "Python; the PyPI package of that name is another one.",
        code="failed",
    ),
)


def find(text: str, *, waiting: bool | None = None) -> tuple[Failure, str] | None:
    """The failure whose text appears last in `text`, with its message filled in."""
    best: tuple[int, Failure, str] | None = None
    for failure in FAILURES:
        if waiting is not None and failure.waiting is not waiting:
            continue
        for match in re.finditer(failure.pattern, text):
            if best is None or match.start() > best[0]:
                best = match.start(), failure, failure.message.format(*match.groups())
    return None if best is None else best[1:]


def explain(error: BaseException, doing: str, log: str = "") -> BackendError:
    """Turn whatever tt-metal raised into an error for the user; `doing` is "opening the board" or the like.

    Its traceback goes to the log and nowhere else: an error is kept for as long as somebody may ask for the reason, and
    would keep the Generator alive while its mesh is closed.
    """
    if isinstance(error, BackendError):
        return error
    logger.warning("tt-metal failed while %s:\n%s", doing, "".join(traceback.format_exception(error)))
    _let_go(error)
    text = f"{type(error).__name__}: {error}"
    known = find(text) or find(log, waiting=False)
    if known is not None:
        failure, message = known
        return BackendError(message, code=failure.code, fatal=failure.fatal, detail=f"{doing}: {text}")
    if isinstance(error, ImportError):
        return BackendError(
            f"tt-metal's Python cannot import what it needs: {error}. Install its requirements, or check "
            "ttAssistant.tt.python.",
            code="failed",
            fatal=True,
            detail=text,
        )
    return BackendError(
        f"tt-metal failed while {doing}. Restart the engine; the log has its words.", fatal=True, detail=text
    )


def _let_go(error: BaseException | None) -> None:
    """Of every frame it was raised through, and with them of what was on the device."""
    while error is not None:
        error.__traceback__ = None
        error = error.__cause__ or error.__context__
