"""Writes the stand-in modules: real Python files whose signatures come from contract.json, whose bodies call the world."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

CONTRACT = json.loads((Path(__file__).parents[1] / "contract.json").read_text(encoding="utf-8"))
GENERATIONS = {entry["name"].split()[0]: entry for entry in CONTRACT["generations"]}
DATA = ("SamplingParams", "Llama3GeneratorConfig", "TraceConfig", "WarmupConfig", "PagedKVCacheConfig")
HEADER = "from tests.contract.double import call as _call\n\n"


def write(generation: str, directory: Path) -> None:
    """Write ttnn and the generation's modules under `directory`."""
    _write_ttnn(directory)
    modules: dict[str, dict[str, Any]] = defaultdict(dict)
    for path, function in GENERATIONS[generation]["functions"].items():
        module, name = _split(path)
        modules[module][name] = function
    if generation == "P1":
        _write_transformers(directory)
    if generation in ("G2", "G3", "G4"):
        modules["models.tt_transformers.tt.generator"][
            "from models.common.sampling import SamplingParams"
        ] = None
    for module, functions in modules.items():
        file = directory / Path(*module.split(".")).with_suffix(".py")
        packages = module.split(".")[:-1]
        if packages[0] == "tt_transformers":
            _packages(directory, packages)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(HEADER + _module(generation, functions), encoding="utf-8")


def _split(path: str) -> tuple[str, str]:
    words = path.split(".")
    first = next((index for index, word in enumerate(words) if word[0].isupper()), len(words) - 1)
    return ".".join(words[:first]), ".".join(words[first:])


def _packages(directory: Path, packages: list[str]) -> None:
    for depth in range(len(packages)):
        folder = directory / Path(*packages[: depth + 1])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "__init__.py").touch()


def _module(generation: str, functions: dict[str, Any]) -> str:
    lines: list[str] = []
    classes: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for name, function in functions.items():
        if function is None:
            lines.append(name)
        elif name in DATA:
            lines.append(_data(name, function))
        elif "." in name:
            owner, method = name.split(".")
            classes[owner].append((method, function))
        elif name[0].isupper():
            continue
        else:
            lines.append(_function(name, name, function))
    for owner, methods in classes.items():
        lines.append(f"class {owner}:")
        if owner.endswith("Generator") and generation in ("G4", "P2"):
            lines.append("    decode_input_update_contract = 1")
        if owner == "ModelArgs" and generation == "G0":
            lines.append('    """Reads LLAMA_DIR or HF_MODEL."""')
        for method, function in methods:
            if owner == "DecodersPrecision":
                lines.append("    @classmethod")
                function = {**function, "params": [_CLS, *function["params"]]}
            elif function["params"][0]["name"] == "cls":
                lines.append("    @classmethod")
            lines += ["    " + line for line in _function(method, f"{owner}.{method}", function).splitlines()]
    return "\n".join(lines) + "\n"


_CLS = {"name": "cls", "kind": "POSITIONAL_OR_KEYWORD", "default": None, "required": True}


def _function(name: str, key: str, function: dict[str, Any]) -> str:
    return f"def {name}({signature(function)}):\n    return _call({key!r}, dict(locals()))"


def _data(name: str, function: dict[str, Any]) -> str:
    fields = "".join(
        f"    {parameter['name']}: object"
        + ("" if parameter["required"] else f" = {parameter['default']!r}")
        + "\n"
        for parameter in function["params"]
    )
    return f"import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass {name}:\n{fields}"


def signature(function: dict[str, Any]) -> str:
    """The parameter list as Python writes it."""
    parts: list[str] = []
    for parameter in function["params"]:
        name, kind = parameter["name"], parameter["kind"]
        if kind == "VAR_KEYWORD":
            parts.append(f"**{name}")
            continue
        if kind == "KEYWORD_ONLY" and "*" not in parts:
            parts.append("*")
        parts.append(name if parameter["required"] else f"{name}={parameter['default']!r}")
    return ", ".join(parts)


def _write_ttnn(directory: Path) -> None:
    """`ttnn` with its sub-modules; names the real one lacks are lacking here too."""
    folder = directory / "ttnn"
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, list[str]] = defaultdict(list)
    mesh: list[str] = []
    for path, function in CONTRACT["ttnn"]["functions"].items():
        words = path.split(".")[1:]
        if words[0] == "MeshDevice":
            mesh += [
                "    " + line for line in _function(words[1], f"MeshDevice.{words[1]}", function).splitlines()
            ]
        elif words[0] == "Tensor":
            continue
        else:
            parts[".".join(words[:-1])].append(_function(words[-1], f"ttnn.{words[-1]}", function))
    enums = []
    for name, values in CONTRACT["ttnn"]["enums"].items():
        members = "".join(f"    {value.split()[0]} = {index}\n" for index, value in enumerate(values))
        enums.append(f"class {name}(enum.Enum):\n{members}")
    text = HEADER + "import enum\n" + "\n".join(enums) + "\nbfloat8_b = DataType.BFLOAT8_B\n"
    text += "class MeshDevice:\n" + "\n".join(mesh) + "\n" + "\n".join(parts.pop("")) + "\n"
    for module, functions in parts.items():
        text += f"from . import {module}\n"
        (folder / f"{module}.py").write_text(HEADER + "\n".join(functions) + "\n", encoding="utf-8")
    (folder / "__init__.py").write_text(text, encoding="utf-8")


def _write_transformers(directory: Path) -> None:
    """P1 loads its tokenizer with transformers; here it is the double's."""
    (directory / "transformers.py").write_text(
        "from tests.contract.double.tokenizer import Tokenizer\n\n\n"
        "class AutoTokenizer:\n    @staticmethod\n    def from_pretrained(name):\n        return Tokenizer()\n",
        encoding="utf-8",
    )
