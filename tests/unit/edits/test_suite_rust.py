"""Rust tests in the module of the file they test: each name is used once, from where it is, and strings keep their value."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import TestPlan, propose_tests

SOURCE = """use crate::model::Thing;

pub fn add(a: i32, b: i32) -> i32 {
    a + b
}

pub fn sub(a: i32, b: i32) -> i32 {
    a - b
}
"""
MODULE = """
#[cfg(test)]
mod tests {
    USES

    #[test]
    fn adds() {
        assert_eq!(add(1, 2), 3);
    }
}
"""
TEST = "#[test]\nfn subtracts() {\n    assert_eq!(sub(3, 2), 1);\n}"


def added(reply: str, uses: str | None = None) -> str:
    """What stands in the test module, without its indentation; `uses` is what an existing one begins with."""
    text = SOURCE + (MODULE.replace("USES", uses.replace("\n", "\n    ")) if uses is not None else "")
    plan = TestPlan(Path("/p/src/lib.rs"), "file:///p/src/lib.rs", text, "cargo", "use super::*;", "")
    target = text.index("a - b")
    document = Document("file:///p/src/lib.rs", "src/lib.rs", "rust", text)
    new = propose_tests(document, Span(target, target), f"```rust\n{reply}\n```", plan).new_text
    kept = (
        text.rstrip().removesuffix("}").rstrip() if uses is not None else text + "\n#[cfg(test)]\nmod tests {"
    )
    assert new.startswith(kept) and new.endswith("\n}\n")
    return new.removeprefix(kept).removesuffix("\n}\n").replace("\n    ", "\n").strip("\n")


@pytest.mark.parametrize(
    ("uses", "reply", "expected"),
    [
        ("use super::add;", "use super::*;", ["use super::*;"]),
        ("use super::add;", "", ["use super::*;"]),
        ("use super::*;", "use super::sub;", []),
        ("use super::{add, sub};", "use super::*;", []),
        ("use super::{add, sub};", "use super::sub;", []),
        ("use super::*;", "use crate::calc::sub;\nuse mine::sub;", []),
        ("use super::*;", "use crate::other::{Kind, Thing};", ["use crate::other::Kind;"]),
        ("use super::*;", "use crate::other::Kind;", ["use crate::other::Kind;"]),
        ("use super::*;\nuse std::collections::HashMap;", "use std::collections::{BTreeMap, HashMap};",
         ["use std::collections::BTreeMap;"]),
        ("use super::*;\nuse std::io;", "use std::io::{self, Write};", ["use std::io::Write;"]),
        ("use super::*;", "use std::{fmt, io::{self, Write}};", ["use std::{fmt, io::{self, Write}};"]),
        (None, "use super::*;\nuse crate::other::Kind;", ["use super::*;", "use crate::other::Kind;"]),
        (None, "", ["use super::*;"]),
    ],
)  # fmt: skip
def test_the_module_has_each_name_the_tests_use_once(
    uses: str | None, reply: str, expected: list[str]
) -> None:
    """`use super::…` and `use crate::…` were thrown away, and a `use` of several names was added whole."""
    new = added(f"{reply}\n\n{TEST}", uses)

    assert new == "\n".join([*expected, "", TEST] if expected else [TEST])
    assert added(f"mod tests {{\n{reply}\n\n{TEST}\n}}", uses) == new


def test_a_string_of_several_lines_keeps_its_value() -> None:
    """Its lines at column 0 kept the tests where they were: `use super::*` stood twice, and the string was indented."""
    body = '#[test]\n    fn counts() {\n        let text = r#"a\nb\n  c"#;\n        assert_eq!(sub(3, 2), 1);\n    }'
    reply = f"#[cfg(test)]\nmod tests {{\n    use super::*;\n\n    {body}\n}}"

    new, beside = added(reply), added(reply, "use super::*;")

    assert new.count("use super::*;") == 1
    for text in (new, beside):
        assert text.endswith(body.replace("\n    ", "\n"))
