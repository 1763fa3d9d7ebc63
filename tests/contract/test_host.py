"""The host process serves the tt backend end to end: over HTTP, with the stand-ins on its path."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.contract.double import model
from tests.contract.double.tokenizer import Tokenizer
from tests.contract.harness import stand_ins, weights

ROOT = Path(__file__).parents[2]
MESSAGES = [{"role": "user", "content": "What does mean() compute?"}]


class Host:
    def __init__(self, folder: Path, generation: str, weights: Path, **extra: str) -> None:
        home = stand_ins(generation)
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(home))),
            "CONTRACT_GENERATION": generation,
            **extra,
        }
        environment.pop("MESH_DEVICE", None)
        argv = [sys.executable, "-m", "lsp_server.host", "--backend", "tt", "--model", str(weights)]
        argv += ["--context", "2048", "--runtime-dir", str(folder), "--key", "contract"]
        argv += ["--home", str(home)] if generation.startswith("G") else []
        self._log = (folder / "out.log").open("w")
        self.process = subprocess.Popen(argv, env=environment, cwd=folder, stdout=self._log, stderr=self._log)
        self._record = folder / "contract.json"
        self.folder = folder

    def client(self, seconds: float) -> httpx.Client:
        """A client once the host is ready."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            if self._record.exists() and (text := self._record.read_text()):
                socket = json.loads(text)["socket"]
                client = httpx.Client(
                    transport=httpx.HTTPTransport(uds=socket), base_url="http://host", timeout=seconds
                )
                state = client.get("/health").json()["state"]
                if state in ("ready", "failed"):
                    assert state == "ready"
                    return client
            time.sleep(0.1)
        raise AssertionError((self.folder / "out.log").read_text()[-3000:])

    def close(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self._log.close()


@pytest.fixture
def start(tmp_path):
    hosts = []

    def make(*arguments, **extra):
        hosts.append(Host(tmp_path, *arguments, **extra))
        return hosts[-1]

    yield make
    for host in hosts:
        host.close()


@pytest.mark.parametrize("generation", ["G1", "G4", "P2"])
def test_the_host_answers_with_the_references_text(start, generation):
    host = start(generation, weights())
    body = {"messages": MESSAGES, "max_tokens": 12, "temperature": 0}

    with contextlib.closing(host.client(60)) as client:
        answers = [client.post("/v1/chat/completions", json=body).json() for _ in range(2)]

    tokenizer = Tokenizer()
    rendered = tokenizer.apply_chat_template(MESSAGES, add_generation_prompt=True, tokenize=False)
    prompt = tokenizer.encode(rendered, add_special_tokens=False)
    expected = model.text_of(model.greedy(prompt, 12, 2048))
    assert [answer["choices"][0]["message"]["content"] for answer in answers] == [expected, expected]
    assert answers[1]["usage"]["prompt_tokens_details"]["cached_tokens"] == len(prompt) - 1


@pytest.mark.real_model
@pytest.mark.timeout(600)
def test_the_host_serves_a_real_model(start, tmp_path_factory):
    from tests.contract.reference.smollm2 import SmolLM2

    folder = SmolLM2().write_weights(tmp_path_factory.mktemp("smollm2"))
    host = start("G4", folder, CONTRACT_REFERENCE="1")
    question = [{"role": "user", "content": "What is 2+2? Answer briefly."}]

    with contextlib.closing(host.client(300)) as client:
        body = {"messages": question, "max_tokens": 12, "temperature": 0}
        answer = client.post("/v1/chat/completions", json=body).json()

    assert "4" in answer["choices"][0]["message"]["content"]
    assert answer["choices"][0]["finish_reason"] == "stop"
