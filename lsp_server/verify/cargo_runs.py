"""Which files of a Rust project cargo runs while it only checks: build scripts, proc-macro crates and what these use.

Manifests are read as text, because Python 3.10 has no reader of TOML; what cannot be told counts as run.
"""

from __future__ import annotations

import re
from pathlib import Path

from attrs import frozen

from lsp_server.verify.project_copy import project_files

PROC_MACRO = re.compile(r"\bproc[-_]macro\b")
"""Wherever a manifest says it, in however many lines: a false hit costs a question."""
MACRO_CODE = re.compile(r"#\s*!?\s*\[[^\]]*\bproc_macro")
BUILD_SCRIPT = re.compile(r"^\s*(?:package\.)?build\s*=\s*[\"']([^\"']+)[\"']", re.M)
TABLE = r"^\s*\[[^\n]*{0}[^\n]*\n.*?(?=^\s*\[|\Z)|^[^\n\[]*{0}[^\n]*$"
BUILD_DEPENDENCIES = re.compile(TABLE.format("build-dependencies"), re.M | re.S)
DEPENDENCIES = re.compile(TABLE.format("(?<!dev-)dependencies"), re.M | re.S)
NAME = re.compile(r"^\s*(?:package\.)?name\s*=\s*[\"']([^\"']+)[\"']", re.M)
OTHER_NAME = r"([\w-]+)[\"']?\s*=\s*\{{[^}}]*\bpackage\s*=\s*[\"']{}[\"']"
PULLS_IN = re.compile(r"\binclude\w*!|#\s*!?\[\s*(?:path\b|cfg_attr\b[^\]]*\bpath\b)")
"""A build script that takes in files from anywhere."""
CHECKED_ONLY = {"src", "tests", "examples", "benches"}
"""Folders of a crate that hold no build script, unless the manifest says so."""


@frozen
class Crate:
    folder: Path
    manifest: str

    @property
    def names(self) -> list[str]:
        return [*NAME.findall(self.manifest), self.folder.name]

    @property
    def is_macro(self) -> bool:
        code = _text(self.folder / "src" / "lib.rs")
        return bool(PROC_MACRO.search(self.manifest) or MACRO_CODE.search(code))


def cargo_runs(root: Path, file: Path) -> bool:
    """Whether `cargo check` may compile `file` into something that it then runs. Blocking."""
    files = list(project_files(root))
    if any(f.is_symlink() and f.resolve() == file.resolve() for f in files):
        return True  # it may be of another crate, too
    crates = [Crate(f.parent, _text(f)) for f in files if f.name == "Cargo.toml"]
    around = [crate for crate in crates if file.is_relative_to(crate.folder)]
    if not around:
        return True
    crate = max(around, key=lambda one: len(one.folder.parts))
    return _is_of_build_script(crate, file) or crate in _run(crates)


def _is_of_build_script(crate: Crate, file: Path) -> bool:
    named = BUILD_SCRIPT.findall(crate.manifest)
    scripts = [*(crate.folder / name for name in named), *crate.folder.glob("*.rs")]
    if any(PULLS_IN.search(_text(script)) for script in scripts):
        return True
    inner = file.relative_to(crate.folder).parts
    beside = any(Path(name).parts[0] == inner[0] for name in named)
    return beside or inner[0] not in CHECKED_ONLY


def _run(crates: list[Crate]) -> list[Crate]:
    """Proc-macro crates, crates that build scripts use, and all that these depend on."""
    everything = "\n".join(crate.manifest for crate in crates)
    used = [part for crate in crates for part in BUILD_DEPENDENCIES.findall(crate.manifest)]
    found: list[Crate] = []
    new = [crate for crate in crates if crate.is_macro]
    while new:
        found += new
        used += [part for crate in new for part in DEPENDENCIES.findall(crate.manifest)]
        text = "\n".join(used)
        new = [c for c in crates if c not in found and _mentions(text, _all_names(c, everything))]
    return found


def _all_names(crate: Crate, manifests: str) -> list[str]:
    return [
        *crate.names,
        *(
            other
            for name in crate.names
            for other in re.findall(OTHER_NAME.format(re.escape(name)), manifests)
        ),
    ]


def _mentions(text: str, names: list[str]) -> bool:
    words = "|".join("[-_]".join(map(re.escape, re.split("[-_]", name))) for name in names)
    return bool(re.search(rf"(?<![\w-])(?:{words})(?![\w-])", text))


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""
