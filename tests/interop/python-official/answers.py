"""Makes random valid answers of every operation, and reads them with the models of the official Python SDK, unmodified, for our
decoders to be held against.

    python answers.py 7 40 answers.jsonl

The first number draws the answers: the same one draws the same; the second one says how many for each operation. Each line of the file
is an operation, an answer, and every value that the SDK reads in it, by its JSON pointer. Times, of which the SDK makes objects, are
left out, and so are fields that speak of an error: of those the answer would be none of a success. An answer that the SDK refuses ends
the script with its error.
"""

import datetime
import json
import random
import re
import sys
from pathlib import Path

import huaweicloudsdkosm.v2 as sdk

from furnish import attributes, client, item_kind

SPEC = Path(__file__).resolve().parents[3] / "spec"
DESCRIPTION = json.loads((SPEC / "dist/openapi.json").read_text(encoding="utf-8"))
TEXTS = ["", "x", "0", "工单已处理。", "😀", 'a "quoted" one\n', "2020-07-09 00:00:00", "C:\\new", "<b>x</b>", "x" * 300]
NUMBERS = [0, 1, 2, 7, 100, 65535, 2**31, 2**53]
# What the judge of answers looks at: it has tests of its own.
JUDGED = {"error_code", "error_msg", "errorCode", "errmsg", "error", "code", "message", "success", "failed", "state"}


def resolve(schema):
    while "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def made(draw, schema, depth=0):
    """A value that keeps to a schema."""
    schema = resolve(schema)
    for part in schema.get("allOf", []):
        return made(draw, {**schema, **resolve(part), "allOf": []}, depth)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if "enum" in schema:
        return draw.choice(schema["enum"])
    if kind == "array":
        most = 0 if depth > 5 else 3
        return [made(draw, schema["items"], depth + 1) for _ in range(draw.randrange(most + 1))]
    if kind == "object":
        fields = schema.get("properties", {})
        must = schema.get("required", [])
        return {
            name: made(draw, field, depth + 1)
            for name, field in fields.items()
            if name in must or (depth <= 5 and draw.random() < 0.7)
        }
    if kind == "integer":
        low, high = schema.get("minimum", 0), schema.get("maximum", 2**31 - 1)
        return draw.choice([low, high, *(number for number in NUMBERS if low <= number <= high)])
    if kind == "number":
        return draw.choice([0.5, 1, 2.25])
    if kind == "boolean":
        return draw.random() < 0.5
    most = schema.get("maxLength", 10**6)
    return draw.choice([one for one in TEXTS if schema.get("minLength", 0) <= len(one) <= most] or ["x" * schema["minLength"]])


def answer_of(operation):
    """The schema of a success that is JSON; `None` for a file."""
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if status.startswith("2"):
            return content["application/json"]["schema"] if list(content) == ["application/json"] else None
    return None


def read(value, kind, pointer=""):
    """The values that the SDK has read, by their pointers."""
    inner = item_kind(kind) if isinstance(kind, str) else None
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from read(item, inner or "object", f"{pointer}/{index}")
    elif hasattr(value, "attribute_map"):
        for name, attribute in attributes(value).items():
            below = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield from read(getattr(value, attribute), value.openapi_types[attribute], below)
    elif isinstance(value, (str, int, float, bool)) and not isinstance(value, datetime.datetime):
        yield pointer, value


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def main(seed, count, place):
    draw = random.Random(int(seed))
    osm = client("http://127.0.0.1:9")
    operations, answers = 0, 0
    with open(place, "w", encoding="utf-8") as lines:
        for path in DESCRIPTION["paths"].values():
            for operation in path.values():
                if not isinstance(operation, dict) or "operationId" not in operation:
                    continue
                name = operation["operationId"]
                schema = answer_of(operation)
                if schema is None:
                    continue
                operations += 1
                kind = name[0].upper() + name[1:] + "Response"
                if not hasattr(sdk, kind):
                    raise SystemExit(f"the SDK has no {kind}")
                for _ in range(int(count)):
                    body = {key: one for key, one in made(draw, schema).items() if key not in JUDGED}
                    told = osm._deserialize(body, kind)
                    values = [[pointer, one] for pointer, one in read(told, kind)]
                    lines.write(json.dumps({"operation": name, "body": body, "read": values}) + "\n")
                    answers += 1
    print(f"{answers} answers of {operations} operations, read by the official Python SDK; it refused none")


if __name__ == "__main__":
    main(*sys.argv[1:])
