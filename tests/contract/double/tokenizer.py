"""A byte-level tokenizer with the Hugging Face methods the backend uses. Its chat template is Llama 3's shape."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.contract.double import model

_SPECIAL = re.compile("|".join(re.escape(text) for text in model.SPECIAL.values()))
_IDS = {text: id for id, text in model.SPECIAL.items()}


class Tokenizer:
    eos_token_id = model.END_OF_TEXT
    stop_tokens = (model.END_OF_TEXT,)
    all_special_tokens = tuple(model.SPECIAL.values())
    chat_template = "llama 3"

    def encode(self, text: str, add_special_tokens: bool = True) -> list[int]:
        """Special tokens in `text` are parsed, as Hugging Face does unless told otherwise."""
        ids = [model.BEGIN] if add_special_tokens else []
        start = 0
        for match in _SPECIAL.finditer(text):
            ids += text[start : match.start()].encode()
            ids.append(_IDS[match[0]])
            start = match.end()
        return ids + list(text[start:].encode())

    def decode(
        self, ids: Sequence[int], skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool = True
    ) -> str:
        """As SentencePiece does (Mistral, Phi-3), the space a text begins with is dropped."""
        assert skip_special_tokens and not clean_up_tokenization_spaces
        return model.text_of(ids).removeprefix(" ")

    def apply_chat_template(
        self, messages: Sequence[dict[str, str]], add_generation_prompt: bool, tokenize: bool
    ) -> str:
        assert add_generation_prompt and not tokenize
        turns = "".join(
            f"<|start_header_id|>{turn['role']}<|end_header_id|>\n\n{turn['content']}<|eot_id|>"
            for turn in messages
        )
        return f"<|begin_of_text|>{turns}<|start_header_id|>assistant<|end_header_id|>\n\n"
