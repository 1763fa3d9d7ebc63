"""Model text in, verified edit out. The model never edits: code here places its text, checks it, or refuses with a reason.

Pure except `test_plan`, which looks at the project's files.
"""

from lsp_server.edits.code_block import propose_code
from lsp_server.edits.cut_out import cut_out
from lsp_server.edits.docstring import propose_docstring
from lsp_server.edits.rebase import rebase
from lsp_server.edits.replace import propose_replacement
from lsp_server.edits.suite import TestPlan, opening_of_tests, propose_tests, test_plan

__all__ = [
    "TestPlan",
    "cut_out",
    "opening_of_tests",
    "propose_code",
    "propose_docstring",
    "propose_replacement",
    "propose_tests",
    "rebase",
    "test_plan",
]
