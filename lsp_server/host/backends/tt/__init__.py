"""The `tt` backend: tt-metal's `Generator`, held in memory behind the host's seam.

Nothing here imports ttnn, torch or transformers until `load` is called: the host starts in any interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping

from lsp_server.host.backends import Backend


def create(options: Mapping[str, object]) -> Backend:
    """Build the backend from the host's options (see `options.Options`)."""
    from lsp_server.host.backends.tt.backend import TTBackend
    from lsp_server.host.backends.tt.options import Options

    return TTBackend(Options.parse(options))
