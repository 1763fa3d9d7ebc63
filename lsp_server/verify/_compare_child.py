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
    caller = Caller(guard, files)
    compared, answered, slow, shortest = 0, 0, 0, None
    for _ in range(order["count"]):
        if time.process_time() > ALL_SECONDS or slow > max(compared, MOST_SLOW):
            break
        values = inputs.new()
        args, named = inputs.bound(values)
        try:
            first, difference = one_input(caller, old, new, args, named, numbers_mix)
        except Endless:
            slow += 1
            continue
        compared += 1
        answered += first[0] != "raises"
        if caller.found:
            inputs.keep(values)
            caller.found = False
        if difference:
            shown = ", ".join(f"{name}={value!r}" for name, value in values.items())
            if shortest is None or len(shown) < len(shortest["input"]):
                shortest = {"input": shown, **difference}
            if difference["new"] == ENDLESS:
                break
    if shortest is not None:
        shortest["input"] = shortest["input"][:300]
        return {"compared": compared, "difference": shortest}
    if compared and not answered:
        raise Incomparable("every input that was made up raises an error")
    return {"compared": compared} if compared else {"compared": 0, "reason": "each call takes too long"}


def one_input(caller, old, new, args, named, numbers_mix):
    """What the old version did, and in words what both do when they differ ({} when not).

    Raises Endless when the old version takes too long, Incomparable when it is not the same twice.
    """
    like = Likeness(numbers_mix, largest([args, named]))
    began = time.process_time()
    first, first_left = caller.call(old, args, named, OLD_SECONDS)
    took = time.process_time() - began
    if first[0] == "raises" and first[1] in ("RecursionError", "MemoryError"):
        raise Endless
    again, again_left = caller.call(old, args, named, NEW_SECONDS)
    if not (same_result(like, first, again) and like.same(first_left, again_left)):
        raise Incomparable("two calls with the same input differ")
    like.begin()
    try:
        second, second_left = caller.call(new, args, named, NEW_SECONDS + NEW_RATIO * took)
    except Endless:
        return first, {"old": show(first), "new": ENDLESS}
    if not same_result(like, first, second):
        return first, {"old": show(first), "new": show(second)}
    if not like.same(first_left, second_left):
        return first, {
            "old": f"leaves its arguments {left(first_left)}",
            "new": f"leaves {left(second_left)}",
        }
    if like.shared:
        own = "with each part an object of its own"
        return first, {"old": f"{show(first)}, {own}", "new": f"{show(second)}, with parts that are shared"}
    return first, {}


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
