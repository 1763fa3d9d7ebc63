"""Calls the old and the new version of one function with the same generated inputs; prints one JSON line.

Run in the sandbox by the project's interpreter as `python _compare_child.py ORDER`, ORDER being a JSON file with `root`,
`module` (dotted name), `old` and `new` (its texts), `function`, `count` and `seed`. Standard library only.

Inputs that made either version run along a new path are kept and changed a little, as coverage-guided fuzzers do
(Zalewski, AFL, 2013). Functions that write files, start processes or open connections are stopped before they do.
"""

import ast
import importlib
import json
import signal
import sys
import time

from _calls_child import Caller, Endless, Guard, Outside, left, show
from _cover_child import Cover
from _effects_child import Effects, unlike
from _inputs_child import Inputs, constants
from _likeness_child import Incomparable, Likeness, largest, same_result
from _values_child import Maker, Unsupported

OLD_SECONDS = 0.5
NEW_SECONDS, NEW_RATIO = 2.0, 100
"""Processor time of one call: a busy machine ends none. The new version has a hundred times the old one's, and more."""
ALL_SECONDS, MOST_SLOW = 12.0, 5
ENDLESS = "does not end"


def load(order):
    """Both versions. The new one gets the old module's classes and constants, so that their values are comparable."""
    sys.path[0] = order["root"]  # in place of this file's folder
    forget(order["module"].split(".")[0], order["root"])
    old = importlib.import_module(order["module"])
    kept = {ast.dump(node) for node in ast.parse(order["old"]).body if not is_function(node)}
    tree = ast.parse(order["new"])
    tree.body = [
        node for node in tree.body if ast.dump(node) not in kept or is_future(node) or fills(node, old)
    ]
    namespace = dict(vars(old))
    name = old.__file__ + " (proposed)"
    exec(compile(tree, name, "exec", dont_inherit=True), namespace)
    return getattr(old, order["function"]), namespace[order["function"]], {old.__file__, name}


def forget(name, root):
    """Let a module of the project be found that is called like one of the standard library which is loaded already."""
    known = sys.modules.get(name)
    if known is not None and not str(getattr(known, "__file__", "")).startswith(root):
        for one in [one for one in sys.modules if one == name or one.startswith(name + ".")]:
            del sys.modules[one]


def is_function(node):
    return isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))


def is_future(node):
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def fills(node, module):
    """An assignment of something that can be changed, which the versions must not share."""
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return any(isinstance(getattr(module, name, None), (list, dict, set, bytearray)) for name in names)


def compare(order, guard):
    """The number of inputs on which both versions were called, and the shortest one that tells them apart."""
    old, new, files = load(order)
    inputs = Inputs(old, Maker(order["seed"], constants(old) + constants(new)), order["seed"])
    numbers_mix = "float" in str(inputs.hints.get("return", ""))
    caller, cover = Caller(guard, files, Effects(old, new)), Cover(order["old"], order["function"])
    compared, slow, shortest = 0, 0, None
    for _ in range(order["count"]):
        if time.process_time() > ALL_SECONDS or slow > max(compared, MOST_SLOW):
            break
        values = inputs.new()
        args, named = inputs.bound(values)
        try:
            raises, lines, differs = one_input(caller, old, new, args, named, numbers_mix)
        except Endless:
            slow += 1
            continue
        compared += 1
        cover.add(lines, raises, values.values())
        if caller.found:
            inputs.keep(values)
            caller.found = False
        if differs:
            shown = ", ".join(f"{name}={value!r}" for name, value in values.items())
            if shortest is None or len(shown) < len(shortest["input"]):
                shortest = {"input": shown, **differs}
            if differs["new"] == ENDLESS:
                break
    if shortest is not None:
        shortest["input"] = shortest["input"][:300]
        return {"compared": compared, "difference": shortest}
    if compared and cover.reason():
        raise Incomparable(cover.reason())
    return {"compared": compared} if compared else {"compared": 0, "reason": "each call takes too long"}


def one_input(caller, old, new, args, named, numbers_mix):
    """Whether the old version raised, the lines it ran, and in words what both do when they differ ({} when not).

    Raises Endless when the old version takes too long, Incomparable when it is not the same twice.
    """
    like = Likeness(numbers_mix, largest([args, named]))
    began = time.process_time()
    first = caller.call(old, args, named, OLD_SECONDS)
    took, lines = time.process_time() - began, caller.lines
    result = first[0]
    if result[0] == "raises" and result[1] in ("RecursionError", "MemoryError"):
        raise Endless
    if difference(like, first, caller.call(old, args, named, NEW_SECONDS), sharing=False):
        raise Incomparable("two calls with the same input differ")
    like.begin()
    try:
        second = caller.call(new, args, named, NEW_SECONDS + NEW_RATIO * took)
    except Endless:
        return result[0] == "raises", lines, {"old": show(result), "new": ENDLESS}
    return result[0] == "raises", lines, difference(like, first, second, sharing=True)


def difference(like, first, second, sharing):
    """In words what two calls do when they differ, {} when not; `sharing` tells whether new sharing is a difference."""
    (result, arguments, effects), (other, other_arguments, other_effects) = first, second
    if not same_result(like, result, other):
        return {"old": show(result), "new": show(other)}
    if not like.same(arguments, other_arguments):
        return {"old": f"leaves its arguments {left(arguments)}", "new": f"leaves {left(other_arguments)}"}
    if sharing and like.shared:
        own = "with each part an object of its own"
        return {"old": f"{show(result)}, {own}", "new": f"{show(other)}, with parts that are shared"}
    return unlike(like, effects, other_effects)


def on_alarm(number, frame):
    raise Endless


def main():
    signal.signal(signal.SIGPROF, on_alarm)
    with open(sys.argv[1], encoding="utf-8") as file:  # noqa: PTH123
        order = json.load(file)
    try:
        answer = compare(order, Guard())
    except Outside as error:
        answer = {"compared": 0, "reason": f"it uses more than its arguments ({error})"}
    except Unsupported as error:
        answer = {"compared": 0, "reason": f"no values can be made for {error}"}
    except Incomparable as error:
        answer = {"compared": 0, "reason": str(error)}
    except BaseException as error:  # the module may do anything when imported
        answer = {"compared": 0, "reason": f"{type(error).__name__}: {error}"[:300]}
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
