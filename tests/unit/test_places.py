"""What the environment decides: where things are, and which tt-metal checkout is used when no setting names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from lsp_server.composition import compose
from lsp_server.places import with_tt_metal
from lsp_server.settings import Settings


@pytest.mark.parametrize(
    ("setting", "environ", "home"),
    [
        ("", {}, ""),
        ("", {"TT_METAL_HOME": "/opt/tt-metal"}, "/opt/tt-metal"),
        ("/src/tt-metal", {"TT_METAL_HOME": "/opt/tt-metal"}, "/src/tt-metal"),
    ],
)
def test_the_checkout_of_the_environment_is_used_where_no_setting_names_one(
    setting: str, environ: dict[str, str], home: str
) -> None:
    assert with_tt_metal(Settings(tt_home=setting), environ).tt_home == home


async def test_the_server_uses_the_board_of_a_checkout_in_the_environment(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "TT_METAL_HOME": str(tmp_path)}
    wiring = compose(None, tmp_path / "run", None, environ)

    chosen = wiring.make_engine(Settings())
    told = wiring.make_engine(Settings(engine_backend="cpu"))

    assert (chosen.status.kind, told.status.kind) == ("tt", "cpu")
