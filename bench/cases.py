"""Cases for the quality bench: every function of a folder of source files, with what is expected of answers about it.

The format is in docs/quality.md: any folder of source files will do; `expect.yaml` beside them is optional.
"""

from __future__ import annotations

from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import yaml
from attrs import frozen

from lsp_server.document import Document, Span
from lsp_server.syntax.tree import parse

LANGUAGES = {
    ".py": "python",
    ".ts": "typescript",
    ".js": "javascript",
    ".go": "go",
    ".rs": "rust",
    ".c": "c",
    ".cpp": "cpp",
    ".java": "java",
}


@frozen
class Case:
    """One function to ask about."""

    file: Path
    """Relative to the folder of cases, with forward slashes when shown."""
    name: str
    span: Span
    language: str
    text: str
    """The whole file."""
    mentions: tuple[str, ...] = ()
    """An explanation must contain at least one of these, whatever the case."""
    holds: tuple[str, ...] = ()
    """Python expressions, true of the module before and after a refactor."""

    @property
    def id(self) -> str:
        return f"{self.file.as_posix()}:{self.name}"

    def document(self, root: Path) -> Document:
        return Document((root / self.file).as_uri(), self.file.as_posix(), self.language, self.text)


def load_cases(folder: Path) -> list[Case]:
    """Every function of the folder, files in order. Raises ValueError for an expectation about no function."""
    expected = _expectations(folder / "expect.yaml")
    cases: list[Case] = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix in LANGUAGES):
        relative = path.relative_to(folder)
        text = path.read_bytes().decode("utf-8")
        language = LANGUAGES[path.suffix]
        tree = parse(language, text)
        if tree is None:
            raise ValueError(f"{relative}: the grammar of {language} is not installed")
        about = expected.pop(relative.as_posix(), {})
        for scope in tree.scopes():
            if scope.kind != "function" or not scope.name:
                continue
            words = about.pop(scope.name, {})
            cases.append(
                Case(
                    relative,
                    scope.name,
                    scope.span,
                    language,
                    text,
                    tuple(words.get("mentions", ())),
                    tuple(words.get("holds", ())),
                )
            )
        if about:
            raise ValueError(f"expect.yaml: {relative} has no function {', '.join(map(str, about))}")
    if expected:
        raise ValueError(f"expect.yaml: there is no file {', '.join(expected)}")
    return cases


def in_turns(cases: list[Case]) -> list[Case]:
    """All cases, languages in turns: what a run that is cut off has measured is of all of them."""
    rounds = zip_longest(*_by_language(cases))
    return [case for turn in rounds for case in turn if case is not None]


def _by_language(cases: list[Case]) -> list[list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.language, []).append(case)
    return list(groups.values())


def spread(cases: list[Case], count: int) -> list[Case]:
    """`count` cases taken evenly over languages and files, the same ones every time."""
    groups = _by_language(cases)
    share = -(-count // len(groups)) if groups else 0
    picked = [[group[i * len(group) // share] for i in range(min(share, len(group)))] for group in groups]
    rounds = (group[turn] for turn in range(share) for group in picked if turn < len(group))
    return list(islice(rounds, count))


def _expectations(path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    if not path.exists():
        return {}
    read = yaml.safe_load(path.read_text("utf-8")) or {}
    return {file: dict(functions) for file, functions in read.items()}
