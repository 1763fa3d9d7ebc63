"""llama.cpp alone: answers one request a line on stdin with its times on stdout. The baseline of several benchmarks.

The same settings as the CPU engine's, in a process of its own, without server, scheduler or HTTP. Its parent is
bench/baseline.py.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import attrs


def main() -> None:
    import xllamacpp

    from lsp_server.host.backends.cpu.llama import Prefill

    model, window, threads, chunk = sys.argv[1], *map(int, sys.argv[2:5])
    prefill = Prefill.of(Path(model))
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx, params.n_parallel = window, 1
    (attrs.evolve(prefill, chunk=chunk) if chunk else prefill).set(params)
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.fit_params = False
    params.api_keys, params.port, params.ui, params.verbosity = ["bench"], 0, False, 1
    server = xllamacpp.Server(params)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(server, json.loads(line))), flush=True)


def answer(server: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Seconds from the request to its first token, last token and end, and how many tokens there were.

    `stop_after` seconds the reader is gone: llama.cpp is told at its next callback.
    """
    stop_after = float(request.pop("stop_after", "inf"))
    times: list[float] = []

    def on_chunk(chunk: Any) -> bool:
        parts = chunk if isinstance(chunk, list) else [chunk]
        times.extend(time.perf_counter() for part in parts if _has_text(part))
        return time.perf_counter() - start >= stop_after

    ask = server.handle_completions if "prompt" in request else server.handle_chat_completions
    start = time.perf_counter()
    ask({**request, "stream": True, "cache_prompt": True, "return_progress": True}, on_chunk)
    found: dict[str, Any] = {"tokens": len(times), "ended": time.perf_counter() - start}
    return found | ({"first": times[0] - start, "last": times[-1] - start} if times else {})


def _has_text(part: Any) -> bool:
    choices = part.get("choices") if isinstance(part, dict) else None
    return bool(choices and (choices[0].get("text") or choices[0].get("delta", {}).get("content")))


if __name__ == "__main__":
    main()
