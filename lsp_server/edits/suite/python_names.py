"""Names of a reply's Python tests beside those of the test file: of two bindings the later would hold for the tests there.

Equal helpers are not repeated, other ones and tests get names of their own, and what is imported already stays as it is.
"""

from __future__ import annotations

import ast
import re

from lsp_server.document import Span
from lsp_server.edits import names, python_source
from lsp_server.edits.python_source import DEFINITIONS, Definition, Positions
from lsp_server.edits.types import Replacement
from lsp_server.errors import EditRefused

HEAD = re.compile(r"(?:async\s+)?(?:def|class)\s+")
CALLED_BY_NAME = re.compile(
    r"pytest_\w+|pytestmark|(?:setup|teardown)_(?:module|function)|(?:setUp|tearDown)Module|load_tests"
)
"""What a framework looks for in a test module: under another name it would do nothing."""
NAMES_IN_TEXT = re.compile(r"\s*\w+(?:\s*,\s*\w+)*\s*")
"""As `parametrize` and `usefixtures` take them."""

TAKEN = "`{}` is something else in the test file already; use another name."


def count_tests(node: ast.stmt) -> int:
    """How many tests a statement is, or holds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return int(node.name.startswith("test"))
    if isinstance(node, ast.ClassDef) and (node.name.startswith("Test") or _is_test_case(node)):
        return sum(count_tests(child) for child in node.body)
    return 0


def _is_test_case(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith("TestCase") for base in node.bases)


def without_repeated(nodes: list[ast.stmt], existing: str) -> list[ast.stmt]:
    """The statements of a reply without helpers that the test file has, too, equal in all that they use."""
    there = {name: node for node in _body(existing) for name in _bound(node)}
    equal = [n for n in nodes if _bound(n) and not count_tests(n) and _is_in(n, there)]
    while True:
        others = {name for node in nodes if node not in equal for name in _bound(node)}
        kept = [node for node in equal if not _used(node) & others]
        if len(kept) == len(equal):
            return [node for node in nodes if node not in equal]
        equal = kept


def _is_in(node: ast.stmt, there: dict[str, ast.stmt]) -> bool:
    return all(name in there and python_source.same(there[name], node) for name in _bound(node))


def _used(node: ast.stmt) -> set[str]:
    """Names in it, fixtures among them."""
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return found | {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}


def _body(text: str) -> list[ast.stmt]:
    tree = python_source.parse(text)
    return tree.body if tree is not None else []


def _bound(node: ast.stmt) -> list[str]:
    """Names that a definition or an assignment gives a meaning to."""
    if isinstance(node, DEFINITIONS):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
    return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]


def without_bound(line: str, existing: str) -> str:
    """An import statement without names that the test file binds already; "" when none is left."""
    found, node = names.analyse(existing), next(iter(_body(line)), None)
    if found is None or not isinstance(node, (ast.Import, ast.ImportFrom)):
        return line
    brought = {alias.asname or alias.name for alias in node.names}
    own = [statement for statement in _body(existing) if not _imports(statement)]
    if other := brought & {name for statement in own for name in _bound(statement)}:
        raise EditRefused(TAKEN.format(min(other)))
    kept = [alias for alias in node.names if (alias.asname or alias.name) not in found.bound]
    if len(kept) == len(node.names):
        return line
    node.names = kept
    return ast.unparse(node) if kept else ""


def _imports(node: ast.stmt) -> bool:
    """Whether an assignment imports: `np = pytest.importorskip("numpy")`."""
    value = node.value if isinstance(node, (ast.Assign, ast.AnnAssign)) else None
    return value is not None and "import" in ast.unparse(value)


def renamed(text: str, existing: str) -> str:
    """Give what the reply defines a name of its own where its name is taken, in the file or among the reply's tests."""
    tree, found = python_source.parse(text), names.analyse(existing)
    if tree is None:
        return text
    taken = set(found.bound | found.used) if found is not None else set()
    changes = [*_helpers_renamed(tree, existing, taken, text), *_tests_renamed(tree, taken, text)]
    for change in sorted(changes, key=lambda c: -c.span.start):
        text = text[: change.span.start] + change.text + text[change.span.end :]
    return text


def _helpers_renamed(tree: ast.Module, existing: str, taken: set[str], text: str) -> list[Replacement]:
    """Fixtures also stand aside for those of a conftest that tests of the file ask for."""
    asked = {n.arg for node in _body(existing) for n in ast.walk(node) if isinstance(n, ast.arg)}
    helpers = [node for node in tree.body if not count_tests(node)]
    clashing = {
        n for node in helpers for n in _bound(node) if n in taken or (n in asked and _is_fixture(node))
    }
    avoided = taken | asked | set(re.findall(r"\w+", text))
    changes: list[Replacement] = []
    for name in sorted(clashing):
        if CALLED_BY_NAME.fullmatch(name) or (places := _places(tree, name, text)) is None:
            raise EditRefused(TAKEN.format(name))
        new = _free(name, avoided)
        avoided.add(new)
        changes += [Replacement(place, new) for place in places]
    return changes


def _is_fixture(node: ast.stmt) -> bool:
    return isinstance(node, DEFINITIONS) and any("fixture" in ast.unparse(d) for d in node.decorator_list)


def _places(tree: ast.Module, name: str, text: str) -> list[Span] | None:
    """Where a name of the top level stands; None where another thing may be called so, or it is named in a string."""
    at = Positions(text)
    places: list[Span] = []
    functions = {node.name for node in python_source.definitions(tree)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.arg)) and name in (
            getattr(node, "id", ""),
            getattr(node, "arg", ""),
        ):
            start = at.offset(node.lineno, node.col_offset)
            places.append(Span(start, start + len(name)))
        elif isinstance(node, DEFINITIONS) and node in tree.body and node.name == name:
            places.append(_name_of(node, text, at))
        elif _is_another(node, name, functions):
            return None
    return places if all(text[place.start : place.end] == name for place in places) else None


def _is_another(node: ast.AST, name: str, functions: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return False
    if isinstance(node, ast.Constant):
        listed = isinstance(node.value, str) and NAMES_IN_TEXT.fullmatch(node.value)
        return bool(listed) and name in re.findall(r"\w+", str(node.value))
    if isinstance(node, ast.Call) and any(keyword.arg == name for keyword in node.keywords):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return not called or called in functions
    if isinstance(node, ast.ClassDef) and any(name in _bound(child) for child in node.body):
        return True
    told = [value for field, value in ast.iter_fields(node) if not isinstance(node, ast.keyword)]
    return any(value == name or (isinstance(value, list) and name in value) for value in told)


def _tests_renamed(tree: ast.Module, taken: set[str], text: str) -> list[Replacement]:
    at = Positions(text)
    taken = taken | {name for node in tree.body if not count_tests(node) for name in _bound(node)}
    changes: list[Replacement] = []
    for node in tree.body:
        if isinstance(node, DEFINITIONS) and count_tests(node):
            changes += _apart(node, taken, text, at)
        if isinstance(node, ast.ClassDef):
            own: set[str] = set()
            for child in node.body:
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    changes += _apart(child, own, text, at) if child.name.startswith("test") else []
                    own.add(child.name)
    return changes


def _apart(node: Definition, taken: set[str], text: str, at: Positions) -> list[Replacement]:
    """The new name of a test whose name is taken; afterwards its name is, too."""
    name = _free(node.name, taken) if node.name in taken else node.name
    taken.add(name)
    return [Replacement(_name_of(node, text, at), name)] if name != node.name else []


def _free(name: str, taken: set[str]) -> str:
    return next(f"{name}_{n}" for n in range(2, 1000) if f"{name}_{n}" not in taken)


def _name_of(node: Definition, text: str, at: Positions) -> Span:
    head = HEAD.match(text, at.start(node))
    start = head.end() if head is not None else at.start(node)
    return Span(start, start + len(node.name))
