"""A remote engine: any OpenAI-compatible address, asked once which model it serves."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from lsp_server.engine import failures
from lsp_server.engine.connection import Connection, load_httpx, open_remote
from lsp_server.errors import EngineUnavailable

SECONDS = 20.0


class RemoteConnector:
    """Connects to `url` with `key`. The key goes into one header and nowhere else."""

    def __init__(self, url: str, key: str, model: str, context_window: int) -> None:
        self._url = url.strip().rstrip("/")
        self._key = key
        self._model = model
        self._context_window = context_window

    async def find(self) -> Connection | None:
        """Nothing to find: a remote engine is only ever connected to."""
        return None

    async def stop(self) -> None:
        """A remote engine is not ours to end."""

    async def connect(self) -> Connection:
        """Ask for the served models. Raises EngineError."""
        if not _is_address(self._url):
            raise EngineUnavailable(
                f"{self._url} is not an address of an engine; it should look like http://host:8000/v1.",
                button="openSettings",
            )
        if not self._key.isascii():
            raise EngineUnavailable(
                "The engine's key has a letter that no key has. Set it again.", button="setEngineKey"
            )
        httpx = await load_httpx()
        client = await open_remote(self._url, self._key)
        try:
            response = await client.get("/models", timeout=SECONDS)
            if response.status_code != 200:
                raise failures.refused(response.status_code, response.content, url=self._url)
            entry = self._entry(response.content, response.json())
        except httpx.HTTPError as error:
            await client.aclose()
            raise failures.unreachable(self._url, str(error)) from error
        except ValueError as error:
            await client.aclose()
            raise failures.malformed(response.text) from error
        except BaseException:
            await client.aclose()
            raise
        return Connection(
            client=client,
            record=None,
            url=self._url,
            model=self._model or str(entry.get("id") or ""),
            context_window=self._context_window or _window(entry),
        )

    def _entry(self, body: bytes, answer: Any) -> dict[str, Any]:
        """The model to use out of the list: the one that is set, else the first."""
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list) or not all(isinstance(entry, dict) for entry in data):
            raise failures.malformed(body.decode("utf-8", errors="replace"))
        named = [entry for entry in data if entry.get("id") == self._model]
        if named or self._model:
            return named[0] if named else {}
        if not data:
            raise EngineUnavailable(f"The engine at {self._url} serves no model.", button="openSettings")
        return dict(data[0])


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return False


def _window(entry: dict[str, Any]) -> int:
    """vLLM says max_model_len, llama-server meta.n_ctx; 0 when neither."""
    meta = entry.get("meta")
    window = entry.get("max_model_len") or (meta.get("n_ctx") if isinstance(meta, dict) else 0)
    return window if isinstance(window, int) else 0
