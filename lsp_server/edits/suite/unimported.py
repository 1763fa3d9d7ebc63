"""What test code uses without importing it: the imports that are known for it, or that it is not there at all.

An answer begins behind the imports that are certain, so a model seldom writes others.
"""

from __future__ import annotations

import re

JAVA_UTIL = (
    "ArrayDeque ArrayList Arrays Collection Collections Deque HashMap HashSet Iterator LinkedHashMap LinkedHashSet "
    "LinkedList List Map NoSuchElementException Objects Optional Queue Set TreeMap TreeSet UUID"
)
JAVA: dict[str, str] = {
    "java.util": JAVA_UTIL,
    "java.util.stream": "Collectors IntStream Stream",
    "java.util.function": "BiFunction Consumer Function Predicate Supplier",
}
JUNIT: dict[str, dict[str, str]] = {
    "JUnit 5": {
        "org.junit.jupiter.api": "AfterAll AfterEach Assertions BeforeAll BeforeEach Disabled DisplayName Nested "
        "RepeatedTest Test",
        "org.junit.jupiter.params": "ParameterizedTest",
        "org.junit.jupiter.params.provider": "Arguments CsvSource EnumSource MethodSource NullSource ValueSource",
    },
    "JUnit 4": {"org.junit": "After AfterClass Assert Before BeforeClass Ignore Rule Test"},
}
ASSERTIONS = {"JUnit 5": "org.junit.jupiter.api.Assertions", "JUnit 4": "org.junit.Assert"}
ASSERTION = re.compile(r"(?<![\w.])(assert[A-Z]\w*|fail)\s*\(")
NO_EXPECT = ("node:test", "mocha")
GO_ASSERT = re.compile(r"(?<![\w.])(assert|require)\s*[.(]")


def java_lines(body: str, have: str, framework: str) -> list[str]:
    """Imports of JUnit and of `java.util` for names that `body` uses and that `have`, other imports, does not bring."""
    places = {**JUNIT.get(framework, {}), **JAVA}
    lines: list[str] = []
    for package, names in places.items():
        if f"import {package}.*;" in have:
            continue
        used = [n for n in names.split() if re.search(rf"(?<![\w.]){n}\b", body)]
        lines += [f"import {package}.{n};" for n in used if not re.search(rf"\bimport\s[\w.]*\.{n};", have)]
    owner = ASSERTIONS.get(framework, "")
    if owner and f"import static {owner}.*;" not in have:
        used = sorted(set(ASSERTION.findall(body)))
        defined = [n for n in used if re.search(rf"\b(?:void|static)\s+{n}\s*\(|\.{n};", f"{body}\n{have}")]
        lines += [f"import static {owner}.{n};" for n in used if n not in defined]
    return lines


def problem(language: str, framework: str, code: str, imports: str) -> str:
    """A word of another framework that nothing brings; "" when there is none."""
    if framework in NO_EXPECT and re.search(r"(?<![\w.$])expect\s*\(", code) and "expect" not in imports:
        return f"{framework} has no `expect`; compare with `assert`"
    if language == "go" and (found := GO_ASSERT.search(code)):
        name = found.group(1)
        if not re.search(rf"/{name}\"|\b{name}\s*:?=|func {name}\b", f"{code}\n{imports}"):
            return f"Go has no `{name}`; use `if` and `t.Errorf`"
    return ""
