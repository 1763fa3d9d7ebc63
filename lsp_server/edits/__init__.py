"""Model text in, verified edit out. The model never edits: code here places its text, checks it, or refuses with a reason.

Pure except `test_plan`, which looks at the project's files.
"""

from lsp_server.edits.docstring import propose_docstring
from lsp_server.edits.rebase import rebase
from lsp_server.edits.replace import propose_replacement

__all__ = ["propose_docstring", "propose_replacement", "rebase"]
