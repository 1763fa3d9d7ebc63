"""What the checks of a rewrite say: what they read, they judge; what they cannot read, they do not pass."""

from __future__ import annotations

import pytest

from lsp_server.document import Document, Span
from lsp_server.edits import propose_replacement
from lsp_server.edits.types import Proposal
from lsp_server.errors import EditRefused

QUERY = '''class Repo:
    def find(self, name, limit=10):
        """Find rows."""
        sql = """
SELECT * FROM users
"""
        rows = []
        for row in self.db.execute(sql, [name]):
            rows.append(row)
        return rows[:limit]

    def count(self, name=""):
        rows = self.find(name)
        return len(rows)
'''
TWO = """def find(self, name, limit=10):
    return list(self.db.execute("SELECT * FROM users", [name]))[:limit]

def count(self, name=""):
    return len(self.find(name))
"""


def rewritten(source: str, begins: str, ends: str, reply: str) -> Proposal:
    span = Span(source.index(begins), source.index(ends) + len(ends))
    return propose_replacement(Document("file:///x.py", "x.py", "python", source), span, reply)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("def find(self, name):\n    return list(self.db.execute('SELECT', [name]))", "parameters of `find`"),
        ("def find(self, name, limit=10):\n    pass", "empty body of find"),
    ],
)
def test_a_string_that_begins_its_lines_in_the_margin_hides_nothing(reply: str, reason: str) -> None:
    """The method could not be dedented, so that nothing read it, and every check was said to have passed."""
    with pytest.raises(EditRefused, match=reason):
        rewritten(QUERY, "def find", "[:limit]", reply)


def test_a_docstring_beside_a_string_in_the_margin_comes_back() -> None:
    new = rewritten(QUERY, "def find", "[:limit]", TWO.partition("\n\n")[0]).new_text

    assert '        """Find rows."""\n' in new


def test_two_selected_methods_are_both_judged() -> None:
    """Put in place, the second was deeper than the first, and the code did not parse for the check."""
    assert rewritten(QUERY, "def find", "len(rows)", TWO).new_text.count("def ") == 2
    with pytest.raises(EditRefused, match="parameters of `count`"):
        rewritten(QUERY, "def find", "len(rows)", TWO.replace('self, name=""', "self"))


def test_what_does_not_parse_by_itself_is_not_checked() -> None:
    source = "def f(x):\n    if x:\n        return 1\n    elif x is None:\n        y = 2\n        return y\n"

    proposal = rewritten(source, "elif", "return y", "elif x is None:\n    return 2")

    verdicts = {check.name: check.ok for check in proposal.checks}
    assert verdicts["same signature"] is None and verdicts["complete code"] is None and verdicts["parses"]


LOADS = """class A:
    def get(self):
        data = self._load()
        return data

    def _load(self):
        return 1
"""


def test_a_private_method_may_go_when_nothing_calls_it() -> None:
    """It could go even where the rest of the class still called it."""
    get = "class A:\n    def get(self):\n        return {}\n"

    assert rewritten(LOADS, "class", "return 1", get.format("1")).new_text == get.format("1")
    with pytest.raises(EditRefused, match=r"`A._load` is gone"):
        rewritten(LOADS, "class", "return 1", get.format("self._load()"))


PROPERTY = """class Temp:
    @property
    def value(self):
        v = self._c
        return v

    @value.setter
    def value(self, c):
        self._c = c
"""


def test_a_property_and_its_setter_are_compared_with_their_like() -> None:
    """The getter was compared with the setter, and every class with both was refused."""
    better = PROPERTY.replace("        v = self._c\n        return v", "        return self._c")

    assert rewritten(PROPERTY, "class", "= c", better).new_text == better
    with pytest.raises(EditRefused, match=r"loses its decorator @value.setter"):
        rewritten(PROPERTY, "class", "= c", better.replace("    @value.setter\n", ""))
    with pytest.raises(EditRefused, match=r"`Temp.value` is gone"):
        rewritten(PROPERTY, "class", "= c", better.partition("    @value.setter")[0])
