"""Calls a function on copies of its arguments and says what it did.

Functions that write files, start processes or open connections are stopped before they do. Part of `_compare_child`:
standard library only, for the interpreter of any project.
"""

import collections.abc
import copy
import itertools
import os
import signal
import sys

LONGEST_RESULT = 10_000
DENIED = (
    "os.",
    "shutil.",
    "subprocess.",
    "socket.",
    "tempfile.",
    "ctypes.",
    "sqlite3.",
    "urllib.",
    "http.",
    "fcntl.",
)
CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
READ_BY_IMPORTS = ("os.listdir", "os.scandir", "os.walk", "os.fwalk")


class Outside(BaseException):
    """The function reached for more than its arguments."""


class Guard:
    """Stops calls that act on the system; `denied` says on what."""

    def __init__(self):
        self.active, self.denied = False, ""
        sys.addaudithook(self.hook)

    def hook(self, event, args):
        if not self.active:
            return
        opens = event == "open" and not is_read_by_import(*args)
        if opens or (event.startswith(DENIED) and event not in READ_BY_IMPORTS):
            self.denied = "files" if opens else event
            raise Outside(event)


def is_read_by_import(path, mode, flags):
    """Code that is opened for reading; `mode` is None where only flags were given, and flags are 0 where only a mode was."""
    return (
        str(path).endswith((".py", ".pyc", ".so"))
        and not flags & CHANGES
        and not set(mode or "") & set("wax+")
    )


class Endless(BaseException):
    """A call took too much processor time."""


class Caller:
    """Calls functions on copies of arguments and records what they do and which lines of the project's code they run."""

    def __init__(self, guard, files, effects):
        self.guard, self.files, self.effects = guard, files, effects
        self.lines = set()
        """Of the project's code, run by the last call."""
        self.arcs = set()
        self.found = False

    def call(self, function, args, named, seconds):
        """What a call does: its value or the kind of its error, what became of its arguments, and its effects elsewhere."""
        args, named = copy.deepcopy((args, named))
        self.lines = set()
        with self.effects.recorded(function) as effects:
            result = self.result(function, args, named, seconds)
        if self.guard.denied:
            raise Outside(self.guard.denied)
        return result, (args, named), effects

    def result(self, function, args, named, seconds):
        signal.setitimer(signal.ITIMER_PROF, seconds)
        self.guard.active = True
        sys.settrace(self.trace)
        try:
            result = self.listed(function(*args, **named), [*args, *named.values()])
        except Exception as error:
            result = ("raises", type(error).__name__)
        finally:
            sys.settrace(None)
            self.guard.active = False
            signal.setitimer(signal.ITIMER_PROF, 0)
        return result

    def listed(self, value, given):
        """An iterator is read, errors included: how it makes its items is not what it does."""
        if isinstance(value, collections.abc.Iterator) and not any(value is one for one in given):
            items = []
            try:
                items.extend(itertools.islice(value, LONGEST_RESULT))
            except Exception as error:
                return ("iterates and raises", [items, type(error).__name__])
            return ("iterates", items)
        own = [
            n for n, one in enumerate(given) if one is value and isinstance(one, (list, dict, set, bytearray))
        ]
        return ("value", value) if not own else ("its own argument", value)

    def trace(self, frame, event, arg):
        if frame.f_code.co_filename not in self.files:
            return None
        before = [0]
        place = frame.f_code.co_filename, frame.f_code.co_name

        def line(frame, event, arg):
            self.lines.add(frame.f_lineno)
            arc = (place, before[0], frame.f_lineno)
            before[0] = frame.f_lineno
            if arc not in self.arcs:
                self.arcs.add(arc)
                self.found = True
            return line

        return line


def left(arguments):
    args, named = arguments
    return ", ".join([*map(repr, args), *(f"{key}={value!r}" for key, value in named.items())])[:200]


def show(result):
    kind, value = result
    if kind == "raises":
        return f"raises {value}"
    if kind == "iterates and raises":
        return f"gives {value[0]!r}, then raises {value[1]}"[:200]
    return f"gives {value!r}"[:200] + (" (the caller's own object)" if kind == "its own argument" else "")
