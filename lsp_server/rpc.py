"""JSON-RPC as this server speaks it: our messages arrive typed, errors leave as sentences, every request can be cancelled.

Extends pygls where it falls short: untyped custom messages, Python tracebacks sent to the client, requests with wrong
parameters left unanswered, and commands whose progress is not announced and whose coroutines run on after
`$/cancelRequest`. Knows no feature.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any

import attrs
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import LanguageServerProtocol, lsp_method
from pygls.uris import from_fs_path

from lsp_server import protocol
from lsp_server.errors import AssistantError

MsgId = int | str
INTERNAL_ERROR = "TT Coding Assistant met an internal error; see the log."

log = logging.getLogger(__name__)


def _envelope(name: str, **fields: Any) -> type:
    """An attrs class without defaults: the converter omits fields that equal their default."""
    return attrs.make_class(name, {key: attrs.field(type=kind) for key, kind in fields.items()})


def _request(params: type) -> type:
    return _envelope(f"{params.__name__}Request", id=MsgId, method=str, params=params, jsonrpc=str)


def _response(result: type) -> type:
    return _envelope(f"{result.__name__}Response", id=MsgId | None, result=result | None, jsonrpc=str)


def _notification(params: type) -> type:
    return _envelope(f"{params.__name__}Notification", method=str, params=params, jsonrpc=str)


MESSAGES: dict[str, type] = {
    **{method: _request(params) for method, (params, _) in protocol.REQUESTS.items()},
    **{method: _notification(params) for method, params in protocol.NOTIFICATIONS_TO_SERVER.items()},
    **{method: _notification(params) for method, params in protocol.NOTIFICATIONS_TO_CLIENT.items()},
}
RESULTS: dict[str, type] = {method: _response(result) for method, (_, result) in protocol.REQUESTS.items()}


class AssistantProtocol(LanguageServerProtocol):
    """pygls' LSP protocol with our messages and our errors."""

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        return MESSAGES.get(method) or super().get_message_type(method)

    def get_result_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        return RESULTS.get(method) or super().get_result_type(method)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Answer a request that cannot be read, instead of leaving the client to wait."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "id" in data and "method" in data:
                message = f"The parameters of {data['method']} are not what this server understands."
                self._send_response(data["id"], error=lsp.ResponseError(JsonRpcInvalidParams.CODE, message))
            raise

    @lsp_method(lsp.INITIALIZE)
    def lsp_initialize(self, params: lsp.InitializeParams) -> Generator[Any, Any, lsp.InitializeResult]:
        result = yield from super().lsp_initialize(params)
        announce_progress(result.capabilities)
        return result

    @lsp_method(lsp.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: lsp.ExecuteCommandParams
    ) -> Any:
        """Run a command within the request's own task, so that cancelling the request cancels it."""
        handler = self.fm.commands.get(params.command)
        if handler is None:
            raise JsonRpcInvalidParams(f"There is no command {params.command!r}.")
        return await handler(params)

    def _handle_cancel_notification(self, msg_id: MsgId) -> None:
        """Cancel a request; one that was answered meanwhile is nothing to warn of."""
        if msg_id in self._request_futures:
            super()._handle_cancel_notification(msg_id)

    def _send_handler_result(self, future: Future[Any], *, msg_id: MsgId) -> None:
        error = None if future.cancelled() else future.exception()
        if error is None:
            super()._send_handler_result(future, msg_id=msg_id)
        else:
            self._request_futures.pop(msg_id, None)
            self._send_response(msg_id, error=response_error(error))


def announce_progress(capabilities: lsp.ServerCapabilities) -> None:
    """Say that our commands tell their progress on a token of the client's, for which pygls has no option."""
    if capabilities.execute_command_provider is not None:
        capabilities.execute_command_provider.work_done_progress = True


def response_error(error: BaseException) -> lsp.ResponseError:
    """What the client is told; a fault of ours goes to the log with its traceback and nowhere else."""
    if isinstance(error, JsonRpcException):
        return error.to_response_error()
    if isinstance(error, AssistantError):
        log.info("%s: %s", error.code, error.message)
        file = from_fs_path(str(error.file)) if error.file else None
        data = protocol.ErrorData(error.code, error.button, error.detail, file or "")
    else:
        log.error("Internal error", exc_info=error)
        data = protocol.ErrorData("internal", "showLog")
    message = error.message if isinstance(error, AssistantError) else INTERNAL_ERROR
    return lsp.ResponseError(protocol.ERROR_CODE, message, attrs.asdict(data))
