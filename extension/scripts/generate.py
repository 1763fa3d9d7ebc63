"""Write what follows from lsp_server/protocol and lsp_server/settings.py.

extension/src/protocol.ts, docs/protocol.md, docs/settings.md, `contributes.configuration` in package.json, and
lsp_server/initialize.json, the answer to `initialize` that is sent before the real server is imported.
`--check` writes nothing, names what is stale and exits with 1.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import attrs

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from lsp_server import protocol, settings  # noqa: E402
from lsp_server.protocol import chatting, data, editing, machine  # noqa: E402

COMMAND = "python extension/scripts/generate.py"
HEADER = f"Generated from lsp_server/%s by `{COMMAND}`. Do not edit."
WIDTH = 110


# ── what the Python definitions say ─────────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Field:
    name: str
    type: Any
    optional: bool
    doc: str

    @property
    def wire_name(self) -> str:
        head, *rest = self.name.split("_")
        return head + "".join(word.capitalize() for word in rest)


@attrs.frozen
class Message:
    method: str
    constant: str
    params: type
    result: type | None
    direction: str


def fields_of(cls: type) -> list[Field]:
    hints = typing.get_type_hints(cls)
    docs = field_docs(cls)
    return [
        Field(a.name, hints[a.name], a.default is not attrs.NOTHING, docs.get(a.name, ""))
        for a in attrs.fields(cls)
    ]


def field_docs(cls: type) -> dict[str, str]:
    """The string under each field of a class."""
    body = ast.parse(inspect.getsource(cls)).body[0]
    assert isinstance(body, ast.ClassDef)
    docs: dict[str, str] = {}
    for statement, following in zip(body.body, body.body[1:], strict=False):
        match statement, following:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                docs[name] = inspect.cleandoc(text)
    return docs


def messages() -> list[Message]:
    tables = [
        ("client to server", {m: (p, r) for m, (p, r) in protocol.REQUESTS.items()}),
        ("client to server", {m: (p, None) for m, p in protocol.NOTIFICATIONS_TO_SERVER.items()}),
        ("server to client", {m: (p, None) for m, p in protocol.NOTIFICATIONS_TO_CLIENT.items()}),
    ]
    return [
        Message(method, constant_name(method, result), params, result, direction)
        for direction, table in tables
        for method, (params, result) in table.items()
    ]


def constant_name(method: str, result: type | None) -> str:
    stem = method.split("/")[1]
    return stem[0].upper() + stem[1:] + ("Request" if result else "Notification")


def data_classes() -> Iterator[type]:
    """Every attrs class of the protocol, module by module, in the order of the files."""
    for module in (data, editing, chatting, machine):
        for value in vars(module).values():
            if inspect.isclass(value) and attrs.has(value) and value.__module__ == module.__name__:
                yield value


# ── TypeScript ──────────────────────────────────────────────────────────────────────────────────────────────────────

SIMPLE = {str: "string", int: "number", float: "number", bool: "boolean", Any: "unknown", type(None): "null"}


def typescript_type(t: Any, imported: set[str]) -> str:
    origin, args = typing.get_origin(t), typing.get_args(t)
    if t in SIMPLE:
        return SIMPLE[t]
    if origin is Literal:
        return " | ".join(f"'{a}'" for a in args)
    if origin in (types.UnionType, typing.Union):
        return " | ".join(typescript_type(a, imported) for a in args if a is not type(None))
    if origin is list:
        inner = typescript_type(args[0], imported)
        return f"({inner})[]" if "|" in inner else f"{inner}[]"
    if origin is dict:
        return f"Record<{typescript_type(args[0], imported)}, {typescript_type(args[1], imported)}>"
    if not t.__module__.startswith(protocol.__name__):
        imported.add(t.__name__)
    return str(t.__name__)


def comment(text: str, indent: str = "") -> list[str]:
    lines = text.split("\n")
    if len(lines) == 1:
        return [f"{indent}/** {lines[0]} */"]
    return [f"{indent}/**", *(f"{indent} * {line}".rstrip() for line in lines), f"{indent} */"]


def interface(cls: type, imported: set[str]) -> list[str]:
    out = comment(inspect.getdoc(cls) or "")
    fields = fields_of(cls)
    if not fields:
        return [*out, f"export type {cls.__name__} = Record<string, never>;", ""]
    out.append(f"export interface {cls.__name__} {{")
    for f in fields:
        if f.doc:
            out += comment(f.doc, "  ")
        out.append(f"  {f.wire_name}{'?' if f.optional else ''}: {typescript_type(f.type, imported)};")
    return [*out, "}", ""]


def constant(message: Message) -> str:
    """The typed constant of a message, broken over lines as prettier would."""
    types_ = [message.params.__name__, *([message.result.__name__, "ErrorData"] if message.result else [])]
    kind = "RequestType" if message.result else "NotificationType"
    head = f"export const {message.constant} = new {kind}<"
    joined = ", ".join(types_)
    if len(f"{head}{joined}>('{message.method}');") <= WIDTH:
        return f"{head}{joined}>('{message.method}');"
    if len(f"{head}{joined}>(") <= WIDTH:
        return f"{head}{joined}>(\n  '{message.method}',\n);"
    return head + "".join(f"\n  {t}," for t in types_)[:-1] + f"\n>('{message.method}');"


def protocol_ts() -> str:
    imported: set[str] = set()
    interfaces = [line for cls in data_classes() for line in interface(cls, imported)]
    constants = [constant(message) for message in messages()]
    return "\n".join(
        [
            f"// {HEADER % 'protocol'}",
            '// A field that may be missing has its default on the other side: "", 0, false, [] or none.',
            "",
            "import type {",
            *(f"  {name}," for name in sorted(imported)),
            "} from 'vscode-languageclient/node';",
            "import { NotificationType, RequestType } from 'vscode-languageclient/node';",
            "",
            *interfaces,
            "/** Code of errors whose message is a sentence for the user and whose data is `ErrorData`. */",
            f"export const ERROR_CODE = {protocol.ERROR_CODE};",
            "",
            *constants,
            "",
        ]
    )


# ── Markdown ────────────────────────────────────────────────────────────────────────────────────────────────────────


def table(cls: type) -> list[str]:
    fields = fields_of(cls)
    if not fields:
        return []
    rows = []
    for f in fields:
        kind = typescript_type(f.type, set()).replace("|", "\\|").replace("'", '"')
        note = f.doc.replace("\n", " ").replace("|", "\\|")
        rows.append(f"| `{f.wire_name}{'?' if f.optional else ''}` | `{kind}` | {note} |")
    return ["| field | type | |", "|---|---|---|", *rows, ""]


def first_sentence(cls: type) -> str:
    return (inspect.getdoc(cls) or "").replace("\n", " ")


def protocol_md() -> str:
    out = [
        f"<!-- {HEADER % 'protocol'} -->",
        "",
        "# Messages beyond LSP",
        "",
        "Everything LSP can say is said in LSP; docs/architecture.md tells what works without these. Fields marked",
        "`?` may be missing and then have their default. Errors for the user have code",
        f"{protocol.ERROR_CODE} and `ErrorData` as data.",
        "",
    ]
    named = set()
    for message in messages():
        kind = "request" if message.result else "notification"
        out += [
            f"## {message.method}",
            "",
            f"{kind.capitalize()}, {message.direction}. {first_sentence(message.params)}",
            "",
        ]
        out += table(message.params)
        named |= {message.params, message.result}
        if message.result:
            out += [f"Result: {first_sentence(message.result)}", "", *table(message.result)]
    out += ["## Data", ""]
    for cls in data_classes():
        if cls not in named:
            out += [f"### {cls.__name__}", "", first_sentence(cls), "", *table(cls)]
    return "\n".join(out).rstrip() + "\n"


def settings_md() -> str:
    out = [
        f"<!-- {HEADER % 'settings.py'} -->",
        "",
        "# Settings",
        "",
        "Machine settings are read from the user's (or the remote machine's) settings, never from a workspace. Other LSP",
        "clients send the same names, nested, as the `ttAssistant` section of their settings.",
        "",
        "| setting | default | |",
        "|---|---|---|",
    ]
    for a in attrs.fields(settings.Settings):
        meta = a.metadata
        text = meta["description"]
        if meta["choices"]:
            text += " " + " ".join(f"`{value}`: {says}" for value, says in meta["choices"].items())
        if meta["machine"]:
            text += " *Machine.*"
        if not meta["server"]:
            text += " *VS Code only.*"
        out.append(
            f"| `{settings.PREFIX}.{meta['key']}` | `{json.dumps(a.default)}` | {text} |".replace("\n", " ")
        )
    return "\n".join(out) + "\n"


# ── package.json ────────────────────────────────────────────────────────────────────────────────────────────────────


def configuration() -> dict[str, Any]:
    properties: dict[str, Any] = {}
    json_types = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
    for a in attrs.fields(settings.Settings):
        meta = a.metadata
        entry: dict[str, Any] = {
            "type": json_types[str(a.type)],
            "default": a.default,
            "markdownDescription": meta["description"],
            "scope": "machine" if meta["machine"] else "resource",
        }
        if meta["choices"]:
            entry["enum"] = list(meta["choices"])
            entry["markdownEnumDescriptions"] = list(meta["choices"].values())
        if meta["minimum"] is not None:
            entry["minimum"] = meta["minimum"]
        properties[f"{settings.PREFIX}.{meta['key']}"] = entry
    return {"title": "TT Coding Assistant", "properties": properties}


def package_json() -> str:
    """The file with `contributes.configuration` replaced and everything else as it was written."""
    text = (ROOT / "package.json").read_text("utf-8")
    contributes = json.loads(text).get("contributes", {})
    if contributes.get("configuration") == configuration():
        return text
    if "configuration" in contributes:
        start = text.index('"configuration": ') + len('"configuration": ')
        _, end = json.JSONDecoder().raw_decode(text, start)
        return text[:start] + indented(configuration()) + text[end:]
    opening = '"contributes": {'
    start = text.index(opening) + len(opening)
    entry = f'\n    "configuration": {indented(configuration())}'
    return text[:start] + entry + ("," if contributes else "\n  ") + text[start:]


def indented(value: Any) -> str:
    """JSON as it stands two levels deep in package.json."""
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n    ")


# ── initialize.json ─────────────────────────────────────────────────────────────────────────────────────────────────


def initialize_json() -> str:
    """What the real server answers to a client that counts positions in UTF-16."""
    from lsprotocol import types as lsp
    from pygls.capabilities import ServerCapabilitiesBuilder
    from pygls.protocol import default_converter

    from lsp_server.composition import compose
    from lsp_server.rpc import announce_progress
    from lsp_server.server import create_server

    server = create_server(compose(None, None, None, {}))
    features = server.protocol.fm
    capabilities = ServerCapabilitiesBuilder(
        lsp.ClientCapabilities(),
        {*features.features, *features.builtin_features},
        features.feature_options,
        list(features.commands),
        lsp.TextDocumentSyncKind.Incremental,
        None,
        lsp.PositionEncodingKind.Utf16,
    ).build()
    announce_progress(capabilities)
    result = lsp.InitializeResult(capabilities, lsp.ServerInfo(server.name, server.version))
    return json.dumps(default_converter().unstructure(result), indent=2) + "\n"


def main() -> int:
    wanted = {
        ROOT / "lsp_server/initialize.json": initialize_json(),
        ROOT / "extension/src/protocol.ts": protocol_ts(),
        ROOT / "docs/protocol.md": protocol_md(),
        ROOT / "docs/settings.md": settings_md(),
        ROOT / "package.json": package_json(),
    }
    stale = [p for p, text in wanted.items() if not p.exists() or p.read_text("utf-8") != text]
    names = ", ".join(str(p.relative_to(ROOT)) for p in stale)
    if "--check" in sys.argv[1:]:
        if stale:
            sys.stderr.write(f"Stale: {names}. Repair with: {COMMAND}\n")
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], "utf-8")
    sys.stdout.write(f"Wrote {names}.\n" if stale else "Everything is up to date.\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
