"""Comments that stand for code that was left out, and comments that only sound like them."""

from __future__ import annotations

import pytest

from lsp_server.edits.leftovers import leftover
from lsp_server.edits.reply import without_remnants

LEFT_OUT = (
    "# same",
    "# Same.",
    "# same as before",
    "# Same as above: validate",
    "# Same logic as before",
    "# same code",
    "# unchanged",
    "# (unchanged)",
    "# Unchanged code",
    "# omitted",
    "# omitted for brevity",
    "# for brevity",
    "# Same implementation as the original",
    "# Same as the original code",
    "# existing code",
    "# existing code here",
    "# Existing code remains the same",
    "# The remaining code stays unchanged",
    "# other methods",
    "# Other methods remain the same",
    "# Other methods here",
    "# Remaining implementation of the function",
    "# remaining lines",
    "# previous implementation",
    "# the code is unchanged",
    "# The rest of the code is unchanged",
    "# Function body remains the same",
    "# All other code stays as is",
    "# everything is as before",
    "# Everything else remains unchanged...",
    "# Implement the logic here",
    "# Implement this function",
    "# Implement this",
    "# Implement the rest",
    "# TODO: implement the tie break",
    "# TODO implement this",
    "# Implementation details",
    "# Implementation here",
    "# Implement me",
    "# Your code here",
    "# add your logic here",
    "// ... existing code ...",
    "/* existing code */",
    "// same as before",
    "{/* unchanged */}",
    "# Implement the actual logic",
    "# Implement the function body",
    "# Same as in the original version",
    "# [unchanged]",
    "# Original implementation goes here",
    "# existing code to handle errors",
    "# Remaining code for handling errors",
    "# Existing validation logic",
    "# The existing validation code remains unchanged here",
    "# Same as previous",
    "# unchanged from original",
    "# Implement the method logic",
    "# Implement the function",
    "# implement the missing parts",
)
SAID = (
    "# Same length: compare the texts.",
    "# Status code is unchanged: compare the texts.",
    "# Remaining lines are the body",
    "# Implement the tie break",
    "# Other functions rely on this order.",
    "# Same order as the input.",
    "# Unchanged values need no write.",
    "# Omitted keys keep their default.",
    "# Existing methods win over new ones.",
    "# Previous lines were read above them",
    "# Original functions take precedence",
)


@pytest.mark.parametrize("comment", LEFT_OUT)
def test_a_comment_in_place_of_code_is_found(comment: str) -> None:
    assert leftover("python", f"x = 1\n{comment}", "x = 2") == comment


def test_an_element_is_no_mark_of_a_chat_template() -> None:
    """`</s>` cut the answer off in the middle of its markup."""
    crossed = "const a = <p>\n  <s>{old}</s> <s>\n    {older}\n  </s>\n</p>;"

    assert without_remnants(f"{crossed}</s>\nuser: more") == crossed
    assert without_remnants("f();</s>\ny") == "f();"
    assert leftover("typescriptreact", crossed, "") == ""
    assert leftover("typescriptreact", f"{crossed}\nx</s>", "") == "<s>{old}</s> <s>"


def test_the_value_of_a_rust_block_is_no_word_alone() -> None:
    assert leftover("rust", "let sum = v.iter().sum();\nsum", "total") == ""
    assert leftover("rust", "let sum = v.iter().sum();\nSure", "total") == "Sure"
    assert leftover("javascript", "let sum = 1;\nsum", "total") == "sum"


@pytest.mark.parametrize("comment", SAID)
def test_a_comment_about_the_code_is_none(comment: str) -> None:
    """Words such as "same" and "remaining" were enough to refuse complete code."""
    assert leftover("python", f"x = 1\n{comment}", "x = 2") == ""
