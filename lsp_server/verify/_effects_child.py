"""What a call does outside its arguments: what it prints, logs and warns of, and what it leaves in its module.

Part of `_compare_child`: standard library only, for the interpreter of any project.
"""

import contextlib
import copy
import inspect
import io
import logging
import re
import types
import warnings

from _likeness_child import CHANGEABLE, is_project_file

LARGEST_KEPT = 5_000
"""Items of a module's list that are compared after each call; a larger one is a table that nothing is written into."""
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


class Effects:
    """Records what calls of the two versions do outside their arguments, and undoes it in their modules."""

    def __init__(self, old, new):
        ours, theirs = containers(old), containers(new)
        outside = {**vars_of(new), **theirs}
        self.kept = [(old, name, value) for name, value in ours.items() if name in outside]
        outside = {**vars_of(old), **ours}
        self.kept += [(new, name, value) for name, value in theirs.items() if name in outside]
        self.kept = [(*one, before) for one in self.kept for before in kept_copy(one[2])]
        self.logged = []
        logging.Logger.handle = lambda logger, record: self.logged.append(said(record))
        logging.root.setLevel(1)

    @contextlib.contextmanager
    def recorded(self, function):
        """A dictionary that is filled at the end, with an entry for each kind of effect there was."""
        found, out, err = {}, io.StringIO(), io.StringIO()
        self.logged.clear()
        try:
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(err),
                warnings.catch_warnings(record=True) as warned,
            ):
                warnings.simplefilter("always")
                yield found
        finally:
            left = self.undone(function)
        texts = [str(one.message) for one in warned if issubclass(one.category, UserWarning)]
        told = {"prints": out.getvalue(), "prints to stderr": err.getvalue(), "warns": texts, **left}
        told["logs"] = list(self.logged)
        found.update((kind, plain(what)) for kind, what in told.items() if what or kind in left)

    def undone(self, function):
        """What a call of `function` left in the lists of its module, which are as they were before it again."""
        found = {}
        for owner, name, value, before in self.kept:
            if same_now(value, before):
                continue
            if owner is function:
                found[f"leaves {name}"] = copied(value, [0])
            filled(value, copied(before, [0]))
        return found


def containers(function):
    """The lists, dictionaries and sets of modules of the project by name that a function uses, or one it calls."""
    found, waiting, seen = {}, [inspect.unwrap(function)], set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        known = value.__globals__
        if not is_project_file(known.get("__file__")):
            continue
        for one in [known[name] for name in names(value.__code__) if name in known]:
            one = inspect.unwrap(one) if callable(one) else one
            if isinstance(one, types.FunctionType):
                waiting.append(one)
        found.update((n, known[n]) for n in names(value.__code__) if isinstance(known.get(n), CHANGEABLE))
    return found


def names(code):
    """The names that code uses, and the functions inside it."""
    inner = [names(one) for one in code.co_consts if isinstance(one, types.CodeType)]
    return set(code.co_names).union(*inner)


def vars_of(function):
    return inspect.unwrap(function).__globals__


def kept_copy(value):
    """A list of one copy; of none where there is too much to copy."""
    try:
        return [copied(value, [0])]
    except (RecursionError, OverflowError):
        return []


def copied(value, count):
    """A copy in which only the lists and the like are copied: objects are known by their identity."""
    count[0] += 1
    if count[0] > LARGEST_KEPT:
        raise OverflowError
    if not isinstance(value, CHANGEABLE):
        return value
    new = copy.copy(value)
    if isinstance(value, list):
        new[:] = [copied(one, count) for one in value]
    elif isinstance(value, dict):
        for key in value:
            new[key] = copied(value[key], count)
    return new


def same_now(value, before):
    try:
        return bool(value == before)
    except Exception:  # the items are of a class that cannot say
        return True


def filled(value, before):
    """Give a list, dictionary or set the items of another one."""
    if isinstance(value, (list, bytearray)):
        value[:] = before
    else:
        value.clear()
        value.update(before)


def said(record):
    try:
        return f"{record.levelname} {record.getMessage()}"
    except Exception:  # words that do not fit their arguments are printed by logging itself
        return f"{record.levelname} {record.msg}"


def plain(what):
    """Texts without the addresses of objects in them."""
    if isinstance(what, str):
        return ADDRESS.sub("0x", what)
    return (
        [ADDRESS.sub("0x", one) if isinstance(one, str) else one for one in what]
        if type(what) is list
        else what
    )


def unlike(like, first, second):
    """In words what both calls did to the first thing outside on which they differ; {} where there is none."""
    for kind in [*first, *second]:
        if kind not in first or kind not in second or not like.same(first[kind], second[kind]):
            return {"old": words(kind, first), "new": words(kind, second)}
    return {}


def words(kind, effects):
    nothing = f"{kind} as it was" if kind.startswith("leaves") else f"{kind} nothing"
    return f"{kind} {effects[kind]!r}"[:200] if kind in effects else nothing
