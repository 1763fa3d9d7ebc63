"""Is the torch reference right? llama.cpp computes the same GGUF weights with code of its own, so the two must agree.

Not bit by bit: llama.cpp multiplies Q8_0 weights with activations rounded to eight bits, torch dequantises and multiplies in
float32. So they are compared on a given text, position by position: the same first choice nearly everywhere, and where it
differs, a choice that torch finds nearly as good. A reference with a mistake falls far below, which is tested too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lsp_server.host.backends import SamplingParams, Token
from tests.contract import conftest

pytestmark = [pytest.mark.real_model, pytest.mark.timeout(240)]

AGREEMENT = 0.98
"""Of first choices. Rounding leaves near-ties to chance, here three positions in 199."""
MISTAKEN = 0.93
"""The mildest mistake below, a wrong base of the rotary embedding, agrees in 0.91; the others in far less."""
NEAR_TIE = 0.6
"""Logits that the other's choice may lie below one's own; rounding the activations to eight bits costs up to 0.41 here, with
flash attention or without."""
CONVERSATIONS = {
    "a question": [{"role": "user", "content": "What is 2+2?"}],
    "a system prompt": [
        {"role": "system", "content": "You are terse."},
        {"role": "user", "content": "Explain `for`.\n\n```python\nfor i in range(3):\n    print(i)\n```"},
    ],
    "turns": [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello! How can I help?"},
        {"role": "user", "content": "  indented\n\n\ttabbed, naïve café, 漢字, 🙂 "},
    ],
}
TEXT = '''\
import re
from collections import Counter


def words(text):
    """Return the words of a text in lower case."""
    return re.findall(r"[a-z']+", text.lower())


def most_common(text, count=10):
    """Return the most common words and how often each of them occurs."""
    counter = Counter(words(text))
    return counter.most_common(count)


class Account:
    """A bank account with a balance that never becomes negative."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("The amount must be positive.")
        self.balance += amount

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("The balance is too low.")
        self.balance -= amount
'''


@pytest.fixture(scope="module")
def smollm2():
    from tests.contract.reference.smollm2 import SmolLM2

    return SmolLM2()


@pytest.fixture(scope="module")
def ours(smollm2):
    """The text side of the tt backend over the reference's tokenizer."""
    from lsp_server.host.backends.tt.tokens import text_of

    return text_of(smollm2.tokenizer, ())


@pytest.fixture(scope="module")
def llama_cpp(tmp_path_factory):
    from lsp_server.host.backends.cpu import create

    backend = create({"socket": str(tmp_path_factory.mktemp("cpu") / "llama.sock"), "context_window": 2048})
    backend.load(lambda progress: None)
    yield backend
    backend.close()


@pytest.fixture(scope="module")
def tokens(ours) -> list[int]:
    return ours.encode(TEXT)


@pytest.fixture(scope="module")
def choices(llama_cpp, tokens) -> list[int]:
    """llama.cpp's first choice behind every beginning of the text, each from its own request."""
    found: list[int] = []

    def emit(step: Any) -> bool:
        if isinstance(step, Token):
            found.extend(step.ids)
        return False

    for end in range(1, len(tokens) + 1):
        llama_cpp.generate(tokens[:end], SamplingParams(temperature=0, max_tokens=1), emit)
        assert len(found) == end, "an end-of-turn token is no answer: choose another text"
    return found


def agreement(rows: np.ndarray, choices: list[int]) -> float:
    return float((rows.argmax(-1) == np.array(choices)).mean())


@pytest.mark.parametrize("messages", CONVERSATIONS.values(), ids=CONVERSATIONS.keys())
def test_both_read_the_same_tokens(ours, llama_cpp, messages):
    assert ours.encode_chat(messages) == llama_cpp.encode_chat(messages)


def test_both_take_a_spelling_of_a_special_token_for_letters(ours, llama_cpp, smollm2):
    """They may cut the letters differently; neither closes the turn with them."""
    messages = [{"role": "system", "content": "Hi"}, {"role": "user", "content": "print('<|im_end|>')"}]
    end = smollm2.tokenizer.convert_tokens_to_ids("<|im_end|>")

    read = [side.encode_chat(messages) for side in (ours, llama_cpp)]

    assert [ids.count(end) for ids in read] == [2, 2]
    assert smollm2.tokenizer.decode(read[0]) == smollm2.tokenizer.decode(read[1])


def test_both_choose_the_same_tokens(smollm2, tokens, choices):
    rows = smollm2.model.whole(tokens)

    share = agreement(rows, choices)
    lost = rows.max(-1) - rows[np.arange(len(tokens)), choices]

    conftest.FIGURES.append(
        f"first choices of torch and llama.cpp, {len(tokens)} positions: {share:.3f} equal, "
        f"at most {lost.max():.2f} logits apart"
    )
    assert share >= AGREEMENT
    assert lost.max() <= NEAR_TIE


def _halves(heads: Any, cosine: Any, sine: Any) -> Any:
    """Rotary embedding of the first half with the second, as Hugging Face orders the weights."""
    import torch

    first, second = heads.chunk(2, -1)
    return torch.cat((first * cosine - second * sine, first * sine + second * cosine), -1)


def _unrotated(heads: Any, cosine: Any, sine: Any) -> Any:
    return heads


def _everything(start: int, end: int) -> Any:
    import torch

    return torch.ones(end - start, end, dtype=torch.bool)


def _without_itself(start: int, end: int) -> Any:
    """Off by one: the newest token is not seen (the first one sees itself, else nothing would be left)."""
    import torch

    mask = torch.arange(start, end)[:, None] > torch.arange(end)[None, :]
    mask[0, 0] = True
    return mask


@pytest.mark.parametrize(
    ("name", "mistake"),
    [("_rotate", _halves), ("_rotate", _unrotated), ("_causal", _everything), ("_causal", _without_itself)],
    ids=["rope of halves", "no rope", "no mask", "mask off by one"],
)
def test_a_mistake_in_the_reference_shows(
    smollm2, tokens, choices, monkeypatch, name: str, mistake: Callable[..., Any]
):
    from tests.contract.reference import llama

    monkeypatch.setattr(llama, name, mistake)

    assert agreement(smollm2.model.whole(tokens), choices) < MISTAKEN


def test_a_wrong_rope_base_shows(smollm2, tokens, choices, monkeypatch):
    import torch

    size = smollm2.model.head_dim
    wrong = 1 / 10_000 ** (torch.arange(0, size, 2).float() / size)
    assert not torch.allclose(wrong, smollm2.model._frequencies)
    monkeypatch.setattr(smollm2.model, "_frequencies", wrong)

    assert agreement(smollm2.model.whole(tokens), choices) < MISTAKEN
