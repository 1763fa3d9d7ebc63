"""Functions on lists and dictionaries."""

from __future__ import annotations

from typing import Any


def group_by_length(words: list[str]) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = {}
    for word in words:
        groups.setdefault(len(word), []).append(word)
    return groups


def unique(values: list[int]) -> list[int]:
    seen: set[int] = set()
    result: list[int] = []
    for value in values:
        if value not in seen:
            seen.add(value)
            result.append(value)
    return result


def flatten(nested: list[Any]) -> list[Any]:
    flat: list[Any] = []
    for item in nested:
        if isinstance(item, list):
            flat.extend(flatten(item))
        else:
            flat.append(item)
    return flat


def invert(mapping: dict[str, int]) -> dict[int, list[str]]:
    result: dict[int, list[str]] = {}
    for key, value in mapping.items():
        result.setdefault(value, []).append(key)
    return result


def merge_counts(a: dict[str, int], b: dict[str, int]) -> dict[str, int]:
    merged = dict(a)
    for key, count in b.items():
        merged[key] = merged.get(key, 0) + count
    return merged


def two_sum(numbers: list[int], target: int) -> tuple[int, int] | None:
    places: dict[int, int] = {}
    for i, number in enumerate(numbers):
        if target - number in places:
            return places[target - number], i
        places[number] = i
    return None


def merge_intervals(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def top_n(scores: dict[str, int], n: int) -> list[str]:
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [name for name, _ in ordered[:n]]


def rotate(values: list[int], places: int) -> list[int]:
    if not values:
        return []
    places %= len(values)
    return values[-places:] + values[:-places] if places else list(values)


def partition(values: list[int], pivot: int) -> tuple[list[int], list[int]]:
    low = [v for v in values if v < pivot]
    high = [v for v in values if v >= pivot]
    return low, high


def get_path(data: dict[str, Any], path: str, default: Any = None) -> Any:
    current: Any = data
    for part in path.split("."):
        if not isinstance(current, dict) or part not in current:
            return default
        current = current[part]
    return current


def pairwise_differences(values: list[int]) -> list[int]:
    return [b - a for a, b in zip(values, values[1:])]


def is_sorted(values: list[int]) -> bool:
    for i in range(1, len(values)):
        if values[i - 1] > values[i]:
            return False
    return True


def balanced(text: str) -> bool:
    pairs = {")": "(", "]": "[", "}": "{"}
    stack: list[str] = []
    for char in text:
        if char in pairs.values():
            stack.append(char)
        elif char in pairs:
            if not stack or stack.pop() != pairs[char]:
                return False
    return not stack
