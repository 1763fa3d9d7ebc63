"""What `cargo check` would run needs the consent to run code; what it only compiles does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.verify.cargo_runs import cargo_runs
from lsp_server.verify.linters import NOT_ALLOWED, check

PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
MACRO = PACKAGE.format("shop-derive") + "[lib]\nproc-macro = true\n"
SIMPLE = {"Cargo.toml": PACKAGE.format("shop"), "src/lib.rs": "", "build.rs": "fn main() {}\n"}
FAMILY = {
    "Cargo.toml": '[workspace]\nmembers = ["shop", "derive", "parts", "tools"]\n'
    '[workspace.dependencies]\npieces = { path = "parts", package = "shop-parts" }\n',
    "shop/Cargo.toml": PACKAGE.format("shop")
    + '[build-dependencies]\nshop_gen = { git = "https://example.org" }\n'
    '[dependencies]\nshop-derive = { path = "../derive" }\n',
    "derive/Cargo.toml": MACRO + "[dependencies]\npieces.workspace = true\n"
    '[dev-dependencies]\nshop = { path = "../shop" }\n[badges]\nabout = "shop"\n',
    "parts/Cargo.toml": PACKAGE.format("shop-parts"),
    "tools/Cargo.toml": PACKAGE.format("shop-gen"),
}


def written(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "file", "runs"),
    [
        (SIMPLE, "src/lib.rs", False),
        (SIMPLE, "tests/shop.rs", False),
        (SIMPLE, "build.rs", True),
        (SIMPLE, "build/tables.rs", True),
        (SIMPLE | {"build.rs": '#[path = "src/tables.rs"]\nmod tables;\nfn main() {}\n'}, "src/tables.rs", True),
        (SIMPLE | {"build.rs": 'include!("src/tables.rs");\nfn main() {}\n'}, "src/tables.rs", True),
        (SIMPLE | {"Cargo.toml": PACKAGE.format("shop") + 'build = "src/make.rs"\n'}, "src/make.rs", True),
        (SIMPLE | {"Cargo.toml": PACKAGE.format("shop") + 'build = "src/make.rs"\n'}, "src/part.rs", True),
        (SIMPLE | {"build.rs": "mod more;\n", "more.rs": 'include!("src/a.rs");\n'}, "src/a.rs", True),
        ({"Cargo.toml": MACRO}, "src/lib.rs", True),
        ({"Cargo.toml": PACKAGE.format("d") + 'lib.crate-type = ["proc-macro"]\n'}, "src/lib.rs", True),
        ({"Cargo.toml": PACKAGE.format("d") + "lib = { proc-macro = true }\n"}, "src/lib.rs", True),
        ({"Cargo.toml": PACKAGE.format("d") + '[lib]\ncrate-type = [\n    "proc-macro",\n]\n'}, "src/lib.rs", True),
        ({"Cargo.toml": PACKAGE.format("d") + '[lib]\ncrate-type = ["proc\\u002dmacro"]\n',
          "src/lib.rs": "#[proc_macro_derive(D)]\n"}, "src/lib.rs", True),
        ({"Cargo.toml": PACKAGE.format("d") + '[dependencies]\nproc-macro2 = "1"\n'}, "src/lib.rs", False),
        (FAMILY, "shop/src/lib.rs", False),
        (FAMILY, "derive/src/lib.rs", True),
        (FAMILY, "parts/src/lib.rs", True),
        (FAMILY, "tools/src/lib.rs", True),
        ({}, "src/lib.rs", True),
    ],
)  # fmt: skip
def test_what_cargo_runs_is_told(tmp_path: Path, files: dict[str, str], file: str, runs: bool) -> None:
    root = written(tmp_path / "project", files | {file: files.get(file, "")})

    assert cargo_runs(root, root / file) is runs


def test_a_file_to_which_a_link_of_a_macro_leads_counts_as_run(tmp_path: Path) -> None:
    root = written(tmp_path / "project", FAMILY | {"shop/src/a.rs": "", "derive/src/lib.rs": ""})
    (root / "derive" / "src" / "a.rs").symlink_to("../../shop/src/a.rs")

    assert cargo_runs(root, root / "shop" / "src" / "a.rs")
    assert not cargo_runs(root, root / "shop" / "src" / "lib.rs")


async def test_a_build_script_is_not_run_without_consent_and_in_the_sandbox_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trust alone ran the model's build script, outside the sandbox."""
    monkeypatch.setenv("TT_SECRET", "secret")
    marker = tmp_path / "ran"
    root = written(tmp_path / "crate", SIMPLE)
    old, file = SIMPLE["build.rs"], root / "build.rs"
    names = 'std::env::vars().map(|(name, _)| name).collect::<Vec<_>>().join(" ")'
    new = f'fn main() {{\n    std::fs::write("{marker}", {names}).unwrap();\n}}\n'

    (without,) = await check(root, file, "rust", old, new)
    assert without.ok is None and without.detail == NOT_ALLOWED
    assert not marker.exists()

    (allowed,) = await check(root, file, "rust", old, new, run_code=True)
    (wrong,) = await check(root, file, "rust", old, "fn main() { missing(); }\n", run_code=True)
    if allowed.ok is None:
        pytest.skip(allowed.detail)
    assert allowed.ok is True
    assert "PATH" in marker.read_text() and "TT_SECRET" not in marker.read_text()
    assert wrong.ok is False and "missing" in wrong.detail
