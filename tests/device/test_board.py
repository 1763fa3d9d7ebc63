"""What the contract double cannot show: real numbers, real traces, real times."""

from __future__ import annotations

import time

import pytest

from lsp_server.host.backends import Prefilled, SamplingParams, Token

pytestmark = [pytest.mark.device, pytest.mark.timeout(7200)]
GREEDY = SamplingParams(temperature=0, max_tokens=48)
CODE = "def mean(values):\n    total = 0\n    for value in values:\n        total += value\n    return total / len(values)\n"


def ask(backend, prompt, sampling=GREEDY, stop_after=None):
    ids, text, cached, times = [], "", 0, []

    def emit(step):
        nonlocal text, cached
        times.append(time.monotonic())
        if isinstance(step, Prefilled):
            cached = step.cached
            return False
        assert isinstance(step, Token)
        ids.extend(step.ids)
        text += step.text
        return stop_after is not None and len(ids) >= stop_after

    start = time.monotonic()
    reason = backend.generate(prompt, sampling, emit)
    return ids, text, cached, reason, start, times


def question(backend, task, repeat=1):
    content = f"```python\n{CODE * repeat}```\n\n{task}"
    return backend.encode_chat([{"role": "user", "content": content}])


def test_the_answer_is_about_the_code(backend):
    _, text, *_ = ask(backend, question(backend, "What does this function compute? Answer in one sentence."))

    assert any(word in text.lower() for word in ("mean", "average"))


def test_the_same_prompt_gives_the_same_answer_from_the_cache(backend):
    prompt = question(backend, "Name one edge case.", repeat=8)
    first, *_ = ask(backend, prompt)
    again, _, cached, *_ = ask(backend, prompt)

    assert cached > 0
    assert first[:8] == again[:8]


def test_a_cached_prefix_answers_sooner(backend, measure):
    for repeat in (4, 24, 60):
        cold = ask(backend, question(backend, "Explain it.", repeat))
        warm = ask(backend, question(backend, "Write a docstring for it.", repeat))
        measure(f"ttft_cold_s_{repeat}", round(cold[5][0] - cold[4], 3))
        measure(f"ttft_warm_s_{repeat}", round(warm[5][0] - warm[4], 3))
        measure(f"cached_tokens_{repeat}", warm[2])
    if backend.status()["prefix_reuse"]:
        assert warm[2] > 0


def test_nothing_is_compiled_for_another_offset(backend, measure):
    """A program compiled while the decode trace is live could corrupt it; the report tells how many there were."""
    counts = [backend._mesh.num_program_cache_entries()]
    for repeat in (6, 18, 42, 54):
        ask(backend, question(backend, "Explain it.", repeat))
        ask(backend, question(backend, "Write a docstring for it.", repeat))
        counts.append(backend._mesh.num_program_cache_entries())
    measure("programs_by_offset", counts)

    assert len(set(counts)) == 1


def test_decode_speed(backend, measure):
    *_, times = ask(
        backend, question(backend, "Explain it in detail."), SamplingParams(temperature=0, max_tokens=200)
    )

    measure("decode_tokens_per_second", round((len(times) - 2) / (times[-1] - times[1]), 2))


def test_a_cancelled_answer_stops_within_one_step_and_resumes(backend, measure):
    prompt = question(backend, "List five improvements.")
    whole, *_ = ask(backend, prompt)
    part, _, _, reason, _, times = ask(backend, prompt, stop_after=5)
    measure("cancel_to_idle_s", round(time.monotonic() - times[-1], 3))
    rest, *_ = ask(backend, prompt + part, SamplingParams(temperature=0, max_tokens=len(whole) - len(part)))

    assert reason == "cancelled"
    assert (part + rest)[:8] == whole[:8]


def test_sampling_with_a_seed_repeats(backend):
    params = SamplingParams(temperature=0.7, top_p=0.9, seed=11, max_tokens=24)
    prompt = question(backend, "Suggest a better name.")

    assert ask(backend, prompt, params)[0] == ask(backend, prompt, params)[0]


def test_status_has_the_boards_figures(backend, measure):
    status = backend.status()

    for name in ("temperature_c", "power_w", "tokens_per_second", "blocks_used"):
        measure(name, status.get(name))
    assert status["board"] and status["generation"]
