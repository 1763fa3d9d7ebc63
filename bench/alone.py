"""llama.cpp alone: answers one prompt a line on stdin with the times of its tokens on stdout. The baseline of `latency`.

The same settings as the CPU engine's, in a process of its own, without server, scheduler or HTTP.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def main() -> None:
    import xllamacpp

    model, window, threads, batch = sys.argv[1], *map(int, sys.argv[2:5])
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx, params.n_parallel = window, 1
    params.n_batch = params.n_ubatch = batch
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.api_keys, params.port, params.ui, params.verbosity = ["bench"], 0, False, 1
    server = xllamacpp.Server(params)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(server, json.loads(line))), flush=True)


def answer(server: Any, request: dict[str, Any]) -> dict[str, Any]:
    """Seconds of the first and the last token after the request, and how many there were."""
    times: list[float] = []

    def on_chunk(chunk: Any) -> bool:
        parts = chunk if isinstance(chunk, list) else [chunk]
        times.extend(time.perf_counter() for part in parts if _has_text(part))
        return False

    start = time.perf_counter()
    server.handle_chat_completions({**request, "stream": True, "cache_prompt": True}, on_chunk)
    return (
        {"first": times[0] - start, "last": times[-1] - start, "tokens": len(times)}
        if times
        else {"tokens": 0}
    )


def _has_text(part: Any) -> bool:
    choices = part.get("choices") if isinstance(part, dict) else None
    return bool(choices and choices[0].get("delta", {}).get("content"))


if __name__ == "__main__":
    main()
