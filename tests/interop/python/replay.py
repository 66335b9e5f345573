"""Every exchange of the kit through the client that openapi-python-client makes.

An answer that is a success has to come out of the client, and nothing else may. What a client cannot ask (a value of
another type, a field that is not there) stays unasked: a program with types makes no such request.
"""

import importlib
import inspect
import io
import json
import re
import sys
import typing
import urllib.parse
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
from empty_answers import EmptyAnswers
from hwc_tickets_client import AuthenticatedClient
from hwc_tickets_client.types import File, Unset
from openapi_python_client.strings import PythonIdentifier, snake_case


class Unaskable(Exception):
    """The client has no such parameter, or takes no such value."""


def whole(value: Any) -> Any:
    """A body with what `$repeat` and `$list` stand for."""
    if isinstance(value, dict):
        if list(value) in (["$repeat"], ["$list"]):
            what, times = next(iter(value.values()))
            return what * times if "$repeat" in value else [whole(what)] * times
        return {key: whole(one) for key, one in value.items()}
    return [whole(one) for one in value] if isinstance(value, list) else value


class Operation:
    """An operation: its function in the client, and what it takes."""

    def __init__(self, description: dict[str, Any], path: str, method: str, said: dict[str, Any]) -> None:
        name, tag = snake_case(said["operationId"]), snake_case(said["tags"][0])
        module = importlib.import_module(f"hwc_tickets_client.api.{tag}.{name}")
        # Without a body there is nothing to parse, and no other function.
        self.call = module.sync_detailed
        self.takes = set(inspect.signature(self.call).parameters)
        body = typing.get_type_hints(self.call).get("body")
        self.body: Any = next((one for one in typing.get_args(body) or (body,) if one is not Unset), None)
        # A part in braces is one segment, escapes and all.
        self.pattern = re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]*)", path))
        named = [description["components"]["parameters"][one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
                 for one in said.get("parameters", [])]
        self.parameters = {(one["in"], one["name"].lower()): one for one in named}

    def value(self, place: str, name: str, texts: list[str]) -> tuple[str, Any]:
        """The argument for a parameter, and its value with its type."""
        parameter = self.parameters.get((place, name.lower()))
        if parameter is None:
            raise Unaskable(name)
        schema = parameter["schema"]
        is_list = schema["type"] == "array"
        kind = schema["items"]["type"] if is_list else schema["type"]
        try:
            values = [int(text) if kind == "integer" else text for text in texts]
        except ValueError as error:
            raise Unaskable(name) from error
        argument = str(PythonIdentifier(parameter["name"], "field_"))
        if argument not in self.takes:
            argument = f"{argument}_{place}"
        if not is_list and len(values) != 1:
            raise Unaskable(name)
        return argument, values if is_list else values[0]

    def arguments(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self.pattern.fullmatch(request["path"])
        if found is None or "body_text" in request:
            raise Unaskable("path or body")
        said = [("path", name, [urllib.parse.unquote(text)]) for name, text in found.groupdict().items()]
        query: dict[str, list[str]] = {}
        for name, text in request.get("query", []):
            query.setdefault(name, []).append(text)
        said += [("query", name, texts) for name, texts in query.items()]
        said += [("header", name, [text]) for name, text in request.get("headers", {}).items()]
        arguments = dict(self.value(*one) for one in said)
        if "form" in request:
            parts = {name: File(io.BytesIO(part["content"].encode()), part["name"]) if isinstance(part, dict) else part
                     for name, part in whole(request["form"]).items()}
            arguments["body"] = self.made(lambda: self.body(**parts))
        elif "body" in request:
            arguments["body"] = self.made(lambda: self.body.from_dict(whole(request["body"])))
        return arguments

    def made(self, make: Any) -> Any:
        if self.body is None:
            raise Unaskable("body")
        try:
            return make()
        except Exception as error:
            raise Unaskable("body") from error


def outcome(operation: Operation, client: AuthenticatedClient, arguments: dict[str, Any]) -> str | None:
    """Why the client gives no answer; None for an answer."""
    try:
        answer = operation.call(client=client, **arguments)
    except Exception as error:
        return type(error).__name__
    if answer.status_code // 100 != 2:
        return f"HTTP {int(answer.status_code)}"
    if isinstance(answer.parsed, File):
        return None
    if answer.parsed is None:
        return "no object"
    if getattr(answer.parsed, "error_code", None) or getattr(answer.parsed, "additional_properties", {}).get("error_code"):
        return "error_code"
    return None


def replay(endpoint: str, kit: Path, description: dict[str, Any], told: Path, lets_empty_through: bool) -> dict[str, Any]:
    urllib.request.urlopen(urllib.request.Request(endpoint + "/_replay", method="DELETE"), timeout=60).close()
    transport = EmptyAnswers() if lets_empty_through else httpx.HTTPTransport()
    client = AuthenticatedClient(
        endpoint, "TOKENEXAMPLE", prefix="", auth_header_name="X-Auth-Token", httpx_args={"transport": transport}
    )
    headers = client.get_httpx_client().headers
    operations = {
        said["operationId"]: Operation(description, path, method, said)
        for path, item in description["paths"].items()
        for method, said in item.items()
        if method in ("get", "put", "post", "delete")
    }
    said: dict[str, str | None] = {}
    for file in sorted((kit / "exchanges").glob("*/*.json")):
        name = f"{file.parent.name}/{file.stem}"
        operation = operations[file.parent.name]
        request = json.loads(file.read_text(encoding="utf-8"))["request"]
        try:
            arguments = operation.arguments(request)
        except Unaskable:
            continue
        headers["X-Replay"] = name
        try:
            said[name] = outcome(operation, client, arguments)
        except TypeError:
            continue
    with urllib.request.urlopen(endpoint + "/_replay", timeout=60) as answer:
        rows = json.load(answer)["exchanges"]
    asked = [row for row in rows if row["given"] and row["name"] in said]
    successes = [row["name"] for row in asked if row["verdict"] == "success"]
    refused = [(name, said[name]) for name in successes if said[name] is not None]
    taken = [row["name"] for row in asked if row["verdict"] != "success" and said[row["name"]] is None]
    lines = [f"refused {name}: {why}\n" for name, why in refused] + [f"taken for a success: {name}\n" for name in taken]
    told.write_text("".join(lines), encoding="utf-8")
    counts = dict(Counter(why for _, why in refused))
    print(f"{len(asked)} of {len(rows)} exchanges asked; refused: {counts}; taken: {len(taken)}; named in {told.resolve()}")
    return {
        "asked": len(asked),
        "successes": len(successes),
        "refused": len(refused),
        "taken": len(taken),
    }


if __name__ == "__main__":
    endpoint, kit, description, told, *more = sys.argv[1:]
    said = json.loads(Path(description).read_text(encoding="utf-8"))
    print(json.dumps(replay(endpoint, Path(kit), said, Path(told), more == ["--lets-empty-through"])))
