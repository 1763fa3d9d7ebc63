"""bench/alone.py as a process that is asked."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from random import Random
from typing import Any

from bench.client import ROOT
from lsp_server.host.backends.cpu.openmp import SPIN_COUNT

SECONDS = 180.0
TOKENS = (1_000, 40_000)
"""Ids that random prompts are made of: plain text in every vocabulary of this size."""


class Alone:
    """llama.cpp without the product, in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(
        cls, model: str, *, window: int, threads: int, chunk: int = 0, spin_count: str = SPIN_COUNT
    ) -> Alone:
        """Load `model`. `chunk`: tokens prefilled at a time, 0 as the product does; `spin_count` is GOMP_SPINCOUNT, ""
        leaves libgomp its own choice."""
        environ = {key: value for key, value in os.environ.items() if key != "GOMP_SPINCOUNT"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "bench" / "alone.py")),
            *(model, str(window), str(threads), str(chunk)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environ | ({"GOMP_SPINCOUNT": spin_count} if spin_count else {}),
        )
        alone = cls(process)
        await alone._line()
        return alone

    async def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What bench/alone.py answers to a request in llama.cpp's form."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(dict(request)).encode() + b"\n")
        return await self._line()

    async def close(self) -> None:
        self._process.terminate()
        await self._process.wait()

    async def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), SECONDS)
        if not line:
            raise RuntimeError("llama.cpp alone ended; is xllamacpp installed and the model whole?")
        return dict(json.loads(line))


def random_prompt(random: Random, tokens: int) -> list[int]:
    """A prompt that no cache knows."""
    return [random.randrange(*TOKENS) for _ in range(tokens)]
