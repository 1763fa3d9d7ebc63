"""Calls the old and the new version of one function with the same generated inputs; prints one JSON line.

Run in the sandbox by the project's interpreter as `python _compare_child.py ORDER`, ORDER being a JSON file with `root`,
`old` and `new` (module files), `module` (dotted name of the old one), `function`, `count` and `seed`.
Standard library only. Values lean towards the edges (empty, zero, one, negative, the constants in the code and their
neighbours), as in QuickCheck (Claessen and Hughes 2000).
"""

import copy
import importlib
import importlib.util
import inspect
import itertools
import json
import math
import random
import signal
import sys
import types
import typing

CALL_SECONDS = 0.5
WORDS = [
    "",
    " ",
    "a",
    "A",
    "abc",
    "hello world",
    "a,b,,c",
    "0",
    "-1",
    "é",
    "😀",
    "line\nline",
    "  padded  ",
    "x" * 40,
]


class Unsupported(Exception):
    """A parameter whose values cannot be made up."""


class Maker:
    """Makes values of a type."""

    def __init__(self, seed, constants):
        self.random = random.Random(seed)
        self.integers = [0, 1, -1, 2, 3, 7, 10, 100, -100, 1000]
        self.words = list(WORDS)
        for value in constants:
            if isinstance(value, bool):
                continue
            if isinstance(value, int):
                self.integers += [value - 1, value, value + 1]
            elif isinstance(value, str) and len(value) < 200:
                self.words += [value, value + "x", f"a{value}b"]

    def make(self, hint, depth=0):
        choose = self.random.choice
        origin, args = typing.get_origin(hint), typing.get_args(hint)
        if hint is bool:
            return choose([False, True])
        if hint is int:
            return choose(self.integers) if self.random.random() < 0.7 else self.random.randint(-1000, 1000)
        if hint is float:
            return (
                choose([0.0, 1.0, -1.0, 0.5, 1e-9, 1e9, -2.5])
                if self.random.random() < 0.6
                else self.random.uniform(-100, 100)
            )
        if hint is str:
            if self.random.random() < 0.6:
                return choose(self.words)
            return "".join(choose("ab c1_,.-é") for _ in range(self.random.randint(0, 12)))
        if hint is bytes:
            return bytes(self.random.randrange(256) for _ in range(self.random.randint(0, 8)))
        if hint is None or hint is type(None):
            return None
        if hint is typing.Any or hint is object:
            return self.make(choose([int, str, bool, None]), depth)
        if origin is typing.Literal:
            return choose(args)
        if origin is typing.Union or origin is getattr(types, "UnionType", None):
            return self.make(choose(args), depth)
        if depth > 3:
            raise Unsupported(hint)
        return self.container(hint, origin or hint, args, depth + 1)

    def container(self, hint, origin, args, depth):
        size = self.random.choice([0, 1, 2, 3, 5, 8])
        name = getattr(origin, "__name__", "")
        item = args[0] if args else int
        if origin is tuple:
            if len(args) == 2 and args[1] is Ellipsis:
                return tuple(self.make(item, depth) for _ in range(size))
            return tuple(self.make(a, depth) for a in args)
        if origin in (dict,) or name in ("Mapping", "MutableMapping"):
            key, value = args or (str, int)
            return {self.make(key, depth): self.make(value, depth) for _ in range(size)}
        if origin in (set, frozenset) or name in ("Set", "AbstractSet"):
            return (frozenset if origin is frozenset else set)(self.make(item, depth) for _ in range(size))
        if origin is list or name in ("Sequence", "Iterable", "Collection", "MutableSequence", "Iterator"):
            values = [self.make(item, depth) for _ in range(size)]
            if len(values) > 2 and self.random.random() < 0.3:
                values[1] = copy.deepcopy(values[0])
            return iter(values) if name == "Iterator" else values
        raise Unsupported(hint)


def outcome(function, args):
    """What a call does: its value or the kind of its error, and what it did to its arguments."""
    given = copy.deepcopy(args)
    signal.setitimer(signal.ITIMER_REAL, CALL_SECONDS)
    try:
        value = function(*given)
        if inspect.isgenerator(value):
            value = ["generator", list(itertools.islice(value, 10_000))]
        result = ("value", value)
    except TimeoutError:
        raise
    except Exception as error:
        result = ("raises", type(error).__name__)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return result, given


def same(a, b):
    if isinstance(a, float) and isinstance(b, float):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    try:
        return bool(a == b)
    except Exception:
        return False


def show(result):
    kind, value = result
    text = value if kind == "raises" else repr(value)
    return f"raises {text}" if kind == "raises" else text[:200]


def load(order):
    sys.path[0] = order["root"]  # in place of this file's folder
    old = importlib.import_module(order["module"])
    name = order["module"] + "__proposed"
    spec = importlib.util.spec_from_file_location(name, order["new"])
    new = importlib.util.module_from_spec(spec)
    sys.modules[name] = new
    spec.loader.exec_module(new)
    return getattr(old, order["function"]), getattr(new, order["function"])


def compare(order):
    old, new = load(order)
    hints = typing.get_type_hints(old)
    parameters = inspect.signature(old).parameters.values()
    if any(
        p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD, p.KEYWORD_ONLY) or p.name not in hints for p in parameters
    ):
        return {"compared": 0, "reason": "a parameter has no type, or is variadic"}
    maker = Maker(order["seed"], old.__code__.co_consts)
    compared = 0
    for _ in range(order["count"]):
        try:
            args = [maker.make(hints[p.name]) for p in parameters]
        except (Unsupported, TypeError) as error:
            return {"compared": 0, "reason": f"no values can be made for {error}"}
        try:
            first, first_args = outcome(old, args)
            again, again_args = outcome(old, args)
        except (TimeoutError, TypeError) as error:
            if isinstance(error, TypeError):
                return {"compared": 0, "reason": "its arguments cannot be copied"}
            continue
        if not (same(first, again) and same(first_args, again_args)):
            return {"compared": 0, "reason": "two calls with the same input differ"}
        try:
            second, second_args = outcome(new, args)
        except TimeoutError:
            second, second_args = ("raises", "Timeout"), first_args
        compared += 1
        if not (same(first, second) and same(first_args, second_args)):
            shown = ", ".join(f"{p.name}={value!r}" for p, value in zip(parameters, args))  # noqa: B905 (the project may run an older Python)
            before, after = show(first), show(second)
            if before == after:
                before, after = (
                    f"leaves its arguments {first_args!r}"[:200],
                    f"leaves them {second_args!r}"[:200],
                )
            return {"compared": compared, "difference": {"input": shown[:300], "old": before, "new": after}}
    return {"compared": compared}


def on_alarm(number, frame):
    raise TimeoutError


def main():
    signal.signal(signal.SIGALRM, on_alarm)
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123
        order = json.load(file)
    try:
        answer = compare(order)
    except BaseException as error:  # the module may do anything when imported
        answer = {"compared": 0, "reason": f"{type(error).__name__}: {error}"[:300]}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
