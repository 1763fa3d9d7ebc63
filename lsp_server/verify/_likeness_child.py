"""Tells whether two calls did the same: the same values, and in the new version nothing shared that was not before.

Part of `_compare_child`: standard library only, for the interpreter of any project.
"""

import collections
import functools
import math
import sys
import types

CHANGEABLE = (list, dict, set, bytearray)


class Incomparable(Exception):
    """Why nothing can be said about these versions."""


class Likeness:
    """When two results count as the same. `shared` tells that the second has one object where the first has two."""

    def __init__(self, numbers_mix, scale):
        self.numbers_mix = numbers_mix
        self.tolerance = 1e-12 * max(scale, 1.0)
        self.begin()

    def begin(self):
        """Begin with another pair of calls: no objects were seen."""
        self.shared, self.twins, self.met = False, {}, {}

    def same(self, a, b):
        numbers = (int, float)
        if type(a) in numbers and type(b) in numbers and (type(a) is type(b) is float or self.numbers_mix):
            return (a != a and b != b) or math.isclose(a, b, rel_tol=1e-9, abs_tol=self.tolerance)
        if type(a) is not type(b):
            return False
        if isinstance(a, CHANGEABLE):
            twin = self.twins.setdefault(
                id(b), (a, b)
            )  # kept: the id of an object that is gone is used again
            self.shared = self.shared or twin[0] is not a
        if isinstance(a, (list, tuple, collections.deque)):
            return len(a) == len(b) and all(map(self.same, a, b))
        if isinstance(a, dict):
            return list(a) == list(b) and all(self.same(a[k], b[k]) for k in a)
        if type(a).__eq__ is object.__eq__ or (hasattr(a, "__dict__") and is_of_project(type(a))):
            return self.same_object(a, b)
        return equal(a, b)

    def same_object(self, a, b):
        """Whether two objects of a class have the same state: an `__eq__` of its own may look at a part of it."""
        pair = id(a), id(b)
        if a is b or pair in self.met:
            return True
        self.met[pair] = a, b
        if isinstance(a, (types.FunctionType, type)):
            return same_name(a, b)
        if isinstance(a, BaseException):
            return self.same(a.args, b.args) and self.same_attributes(a, b)
        if (
            hasattr(a, "__dict__") and hasattr(b, "__dict__") and is_plain(type(a))
        ):  # asking b, too, fills it in
            return self.same_attributes(a, b)
        if type(a).__eq__ is not object.__eq__:
            return equal(a, b) and self.same_attributes(a, b)
        try:
            return self.same(a.__reduce_ex__(2), b.__reduce_ex__(2))
        except Exception:  # its state cannot be had, as that of a lock
            return False

    def same_attributes(self, a, b):
        """Values that a property only remembers do not count."""
        first, second = attributes(a), attributes(b)
        return first.keys() == second.keys() and all(self.same(first[name], second[name]) for name in first)


def attributes(value):
    cls, found = type(value), vars(value)
    return {
        k: v for k, v in found.items() if not isinstance(getattr(cls, k, None), functools.cached_property)
    }


def equal(a, b):
    try:
        return bool(a == b) or (a != a and b != b)
    except Exception:
        return False


def same_name(a, b):
    """Both versions of a module have functions of their own, told by their names. Raises Incomparable for others."""
    same = (a.__module__, a.__qualname__) == (b.__module__, b.__qualname__)
    if "<" in a.__qualname__ + b.__qualname__ or (same and isinstance(a, type)):
        raise Incomparable(
            "what it gives is a function or class made in the call, and these cannot be compared"
        )
    return same


@functools.cache
def is_of_project(cls):
    """Whether a class is one of the project's own, and of no library."""
    return is_project_file(getattr(sys.modules.get(cls.__module__), "__file__", None))


def is_project_file(name):
    return str(name).startswith(sys.path[0]) and "site-packages" not in str(name)


@functools.cache
def is_plain(cls):
    """Whether all state of a class's objects is in their attributes: no class it is built on is written in C."""
    try:
        object.__new__(cls)
    except TypeError:
        return False
    return True


def largest(value):
    """The largest magnitude of a float in a value: sums are as exact as that."""
    if isinstance(value, float):
        return abs(value) if math.isfinite(value) else 0.0
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, (list, tuple, set)):
        return 0.0
    return max(map(largest, value), default=0.0)


def same_result(like, a, b):
    """The caller's own list handed back where it was a copy is another result; a copy in its place is none."""
    kinds = a[0] == b[0] or (a[0], b[0]) == ("its own argument", "value")
    return kinds and like.same(a[1], b[1])
