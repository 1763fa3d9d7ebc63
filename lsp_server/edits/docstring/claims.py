"""What documentation claims that the code shows to be empty or wrong: a name said again, parameters that are not there."""

from __future__ import annotations

import re
from collections.abc import Collection

FILLING = "a an the this that it is are be does do of for to and function method class struct type interface"
HEADING = re.compile(r"[ \t]*(?:Args|Arguments|Parameters|Params):[ \t]*")
ENTRY = re.compile(r"[ \t]*[-*]?[ \t]*`?\*{0,2}(\w+)`?(?:[ \t]*\([^)]*\))?[ \t]*:(?=\s|$)")
TAG = re.compile(
    r"[ \t]*:param\s+(?:[^:\n]*\s)?\\?\*{0,2}(?P<sphinx>\w+)\s*:|"
    r"[ \t]*[@\\]param(?:\[[\w, ]+\])?(?:\s+\{[^}]*\})?\s+[\[`]*(?P<tag>\w+)"
)
TAGGED = re.compile(r"[ \t]*[:@\\]\w")


def only_repeats(text: str, name: str) -> bool:
    """Whether a text has no word that the name has not: "Group by length." for `group_by_length`."""
    return _stems(text) <= _stems(name) | _stems(FILLING)


def _stems(text: str) -> set[str]:
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+|[^\W\d_a-zA-Z]+", text)
    return {word.lower().removesuffix("s").removesuffix("e") for word in words}


def without_unknown_parameters(text: str, known: Collection[str]) -> str:
    """The text without what it says about parameters that are not among the known ones.

    Lines deeper than an entry of a list belong to it: a parameter's own parts are no parameters.
    """
    lines = text.split("\n")
    kept: list[str] = []
    heading = depth = -1
    dropping = False
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if HEADING.fullmatch(line):
            heading, depth, dropping = len(kept), -1, False
        elif heading >= 0 and 0 <= depth < indent:
            pass
        elif heading >= 0 and (not line.strip() or re.fullmatch(r"[ \t]*\w+:[ \t]*", line)):
            kept, heading, dropping = _closed(kept, heading), -1, False
        elif (entry := ENTRY.match(line) if heading >= 0 else TAG.match(line)) is not None:
            depth, dropping = indent, entry[entry.lastindex or 1] not in known
        elif TAGGED.match(line) or not line.strip():
            dropping = False
        if not dropping:
            kept.append(line)
    return "\n".join(_closed(kept, heading)).strip()


def _closed(kept: list[str], heading: int) -> list[str]:
    """Without a heading under which nothing is left."""
    if heading >= 0 and heading == len(kept) - 1:
        while kept and (len(kept) > heading or not kept[-1].strip()):
            kept = kept[:-1]
    return kept
