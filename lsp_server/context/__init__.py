"""Document in, template variables out, within a token budget. Pure and fast; reads nothing but the document."""

from lsp_server.context.build import CodeContext, build
from lsp_server.context.target import check_suitable, target_span

__all__ = ["CodeContext", "build", "check_suitable", "target_span"]
