"""Words a small model puts around its documentation: talk of the task it was given, and the same sentence again."""

from __future__ import annotations

import re

ECHO = re.compile(
    r"answered with code instead|reply with the (?:description|corrected)|answer cannot be used|"
    r"the model (?:did not|didn't) respond|documentation says no more than|to its callers: one sentence|"
    r"one sentence that says what it does",
    re.IGNORECASE,
)
"""Sentences of our prompts and refusals."""
NOUN = "(?:function|method|constructor|class|code)"
LEAD = re.compile(
    rf"\A(?:(?:The selected|This|The) {NOUN}(?: `[^`\n]+`)?(?: in (?:the )?`[^`\n]+`)?,?|This) "
    rf"(?:is (?:designed|intended|meant) to |(?<!code )is used to |"
    rf"is an? (?:[\w-]+ ){{0,3}}?(?:of an? )?{NOUN} (?:that|which) )(\w)",
    re.IGNORECASE,
)
PURPOSE = re.compile(r"\A(?:Is|Are) (?:designed|used|intended|meant) to (\w)")
SELECTED = re.compile(r"\b(the) selected (function|method|constructor|class)(?= `)", re.IGNORECASE)
"""With its name behind it: a program may have a selection of its own."""
SENTENCE_END = re.compile(r"(?<=[.!?])[ \n]+(?=[A-Z`])")
SHORTEST = 20
"""Characters of a sentence that is worth being said once only."""


def plain(text: str) -> str:
    """The text without an introduction that says nothing, without talk of a selection, and no sentence twice."""
    for pattern in (LEAD, PURPOSE):
        text = pattern.sub(lambda found: found.group(1).upper(), text)
    return _once(SELECTED.sub(r"\1 \2", text))


def _once(text: str) -> str:
    seen: set[str] = set()
    paragraphs = (_paragraph_once(paragraph, seen) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _paragraph_once(paragraph: str, seen: set[str]) -> str:
    sentences = SENTENCE_END.split(paragraph)
    kept = []
    for sentence in sentences:
        key = " ".join(sentence.lower().split()).rstrip(".")
        if len(key) < SHORTEST or key not in seen:
            kept.append(sentence)
        seen.add(key)
    return paragraph if len(kept) == len(sentences) else " ".join(kept)
