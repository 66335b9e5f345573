"""Calls every operation of the description through the official Python SDK, unmodified, against a running simulator.

    python operations.py http://127.0.0.1:8480

Nothing here is written for one operation where it can be helped. What to call, what to send and what has to come back
follow from the description and its recorded exchanges. Each parameter and each field of a body is set. Then

- the call must end without an exception and without a refusal,
- what arrived at the simulator must be what was set, under its name on the wire,
- each field of the answer must be in the object that the SDK gives, with the value it had.

Where the SDK cannot do that the tables below say so, with the number of the discrepancy. A line of a table that is not
needed any more is an error as well.
"""

import datetime
import json
import re
import sys
import tempfile
from pathlib import Path

import huaweicloudsdkosm.v2 as sdk
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.http.formdata import FormFile
from huaweicloudsdkcore.sdk_stream_response import SdkStreamResponse
from huaweicloudsdkosm.v2 import OsmClient

from recorder import Exchange, Recorder

SPEC = Path(__file__).resolve().parents[3] / "spec"
DESCRIPTION = json.loads((SPEC / "dist/openapi.json").read_text(encoding="utf-8"))

# What the description has and the SDK cannot send. `*` stands for every operation.
NOT_SENT = {
    ("*", "trim_osm_rich_text_label"): "D-40",
    ("createMessages", "body.type"): "D-01",
    ("createMessages", "body.message.is_authorized"): "D-02",
    ("createMessages", "body.message.authorization_content"): "D-02",
    ("createFeedback", "body.report_type"): "D-127",
    ("createFeedback", "body.complaint_name"): "D-127",
    ("createFeedback", "body.complaint_product_name"): "D-127",
    ("listCaseCounts", "product_category_id"): "D-68",
    ("listCaseCounts", "business_type_id"): "D-68",
    ("listDiagnoseItems", "body.region_id"): "D-122",
    ("listDiagnoseJob", "region_id"): "D-122",
    ("listDiagnoseRecords", "region_id"): "D-122",
    ("listProblemTypes", "incident_sub_type_id"): "D-84",
    ("showCustomerPrivilegePolicy", "privilege"): "D-108",
}

# What an answer may have and the object of the SDK has not.
NOT_READ = {
    ("listCases", "answer.count"): "D-57",
    ("showCaseExtendsParam", "answer.extends_map"): "D-73",
}

# Good values that the description cannot know: a time in a query is a time, a ticket exists. The key is a name on the
# wire, or an operation and a name.
GOOD = {
    "case_id": "case-123",
    "X-Language": "en-us",
    "X-Time-Zone": "GMT+8",
}


def described(schema):
    """A schema or another component, with its reference followed."""
    while "$ref" in schema:
        section, name = schema["$ref"].split("/")[2:]
        schema = DESCRIPTION["components"][section][name]
    return schema


def fill(schema, recorded, name):
    """A value for a parameter or a field: all of it, as the exchange has it, else as the description shows it."""
    schema = described(schema)
    if "properties" in schema:
        recorded = recorded or {}
        return {key: fill(inner, recorded.get(key), key) for key, inner in schema["properties"].items()}
    if schema.get("type") == "array":
        return [fill(schema["items"], item, name) for item in recorded or [None] * schema.get("minItems", 1) or [None]]
    if recorded is not None:
        return recorded
    for key in ("example", "enum", "x-known-values"):
        if key in schema:
            return schema[key][-1] if isinstance(schema[key], list) else schema[key]
    if schema.get("type") == "object":
        return {"key": "value"}
    if schema.get("type") == "boolean":
        return True
    if schema.get("type") in ("integer", "number"):
        return schema.get("minimum", 1)
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 64)
    return f"a {name}"[:longest].ljust(shortest, "x")


def build(kind, value):
    """A value as the SDK wants it: its models are made by their constructors, as a user makes them."""
    inner = re.fullmatch(r"list\[(.*)\]", kind)
    if inner:
        return [build(inner.group(1), item) for item in value]
    if kind == "file":
        path = Path(tempfile.mkdtemp(), value["name"])
        path.write_text(value["content"], encoding="utf-8")
        return FormFile(str(path))
    model = getattr(sdk, kind, None)
    if model is None or not isinstance(value, dict):
        return value
    fields = {name: attribute for attribute, name in model.attribute_map.items()}
    return model(**{fields[key]: build(model.openapi_types[fields[key]], item) for key, item in value.items()})


class Operation:
    """One operation of the description, and how the SDK calls it."""

    def __init__(self, path, method, described_operation):
        self.path, self.method, self.described = path, method.upper(), described_operation
        self.name = described_operation["operationId"]
        self.type = getattr(sdk, self.name[0].upper() + self.name[1:] + "Request")
        self.call = re.sub(r"([A-Z])", lambda capital: "_" + capital.group(1).lower(), self.name)
        # A header has any capitals.
        self.fields = {name.lower(): attribute for attribute, name in self.type.attribute_map.items()}
        self.body = None
        for content in described(described_operation.get("requestBody", {})).get("content", {}).values():
            self.body = described(content["schema"])
        self.parameters = [described(parameter) for parameter in described_operation.get("parameters", [])]
        self.recorded = json.loads((SPEC / "examples" / self.name / "success.json").read_text(encoding="utf-8"))
        self.excused, self.compared = set(), set()

    def excuse(self, table, place):
        """Whether a table tells why the SDK has not got this; remembers the line as needed."""
        for key in ((self.name, place), ("*", place)):
            if key in table:
                self.excused.add(key)
                return True
        return False

    def good(self, name):
        """The good value for a name, or None."""
        value = GOOD.get((self.name, name), GOOD.get(name))
        return value() if callable(value) else value

    def values(self):
        """What is asked for: parameters by place and name, and the body."""
        request = self.recorded["request"]
        recorded = {("path", name): value for name, value in recorded_path(request["path"], self.path).items()}
        for name, value in request.get("query", []):
            recorded.setdefault(("query", name), []).append(value)
        for name, value in request.get("headers", {}).items():
            recorded[("header", name)] = value
        parameters = {}
        for parameter in self.parameters:
            key = (parameter["in"], parameter["name"])
            parameters[key] = self.parameter(parameter, recorded.get(key))
        body = self.body and fill(self.body, request.get("body", request.get("form")), "body")
        if isinstance(body, dict):
            for name in body:
                good = self.good(name)
                body[name] = body[name] if good is None else good
        return parameters, body

    def parameter(self, parameter, recorded):
        """A good value, the recorded one, the example, or one that the limits allow; of the right type."""
        good = self.good(parameter["name"])
        if good is not None:
            return good
        schema = described(parameter["schema"])
        if recorded is None:
            examples = [example["value"] for example in parameter.get("examples", {}).values() if "value" in example]
            recorded = parameter.get("example", examples[0] if examples else None)
        elif schema["type"] != "array":
            recorded = recorded[0] if isinstance(recorded, list) else recorded
            recorded = int(recorded) if schema["type"] == "integer" else recorded
        elif described(schema["items"])["type"] == "integer":
            recorded = [int(item) for item in recorded]
        return fill(schema, recorded, parameter["name"])

    def sendable(self, value, kind, place):
        """`value` without what the SDK has no field for, which a table has to explain."""
        model = getattr(sdk, kind, None)
        inner = re.fullmatch(r"list\[(.*)\]", kind)
        if isinstance(value, list) and inner:
            return [self.sendable(item, inner.group(1), place) for item in value]
        if not isinstance(value, dict) or not hasattr(model, "attribute_map"):
            return value
        fields = {name: attribute for attribute, name in model.attribute_map.items()}
        left = {}
        for name, item in value.items():
            if name in fields:
                left[name] = self.sendable(item, model.openapi_types[fields[name]], f"{place}.{name}")
            elif not self.excuse(NOT_SENT, f"{place}.{name}"):
                raise Wrong(f"the SDK has no {place}.{name}")
        return left

    def request(self):
        """The request object of the SDK, and what has to arrive for it."""
        parameters, body = self.values()
        arguments, sent = {}, {}
        for (where, name), value in parameters.items():
            attribute = self.fields.get(name.lower())
            if attribute:
                arguments[attribute], sent[(where, name)] = value, value
            elif not self.excuse(NOT_SENT, name):
                raise Wrong(f"the SDK has no parameter {name}")
        if body is not None:
            kind = self.type.openapi_types["body"]
            body = self.sendable(body, kind, "body")
            arguments["body"] = build(kind, body)
        unknown = self.type.attribute_map.keys() - arguments.keys()
        if unknown:
            raise Wrong(f"the description has no {', '.join(sorted(unknown))}")
        return self.type(**arguments), sent, body


class Wrong(Exception):
    """Something is not as the description has it."""


def recorded_path(path, template):
    """The values in a recorded path."""
    return Exchange("GET", path, {}, b"").path_values(template)


def not_arrived(operation, exchange, parameters, body):
    """Where what arrived differs from what was set."""
    if exchange.method != operation.method:
        yield f"it sends {exchange.method}"
    arrived = {("path", name): value for name, value in (exchange.path_values(operation.path) or {}).items()}
    for name, value in exchange.query:
        arrived.setdefault(("query", name), []).append(value)
    for (where, name), value in parameters.items():
        if where == "query":
            # A list is a repeated key, which the SDK sorts.
            value = sorted(str(item) for item in (value if isinstance(value, list) else [value]))
        found = exchange.headers.get(name) if where == "header" else arrived.pop((where, name), None)
        if found != (value if where == "query" else str(value)):
            yield f"{where} {name}: set {value!r}, arrived {found!r}"
    for where, name in arrived:
        yield f"{where} {name} arrived and was not set"
    seen = exchange.sent()
    if isinstance(seen, dict) and exchange.headers["Content-Type"].startswith("multipart/"):
        content = {name: part["content"] if isinstance(part, dict) else part for name, part in body.items()}
        body = {name: text.encode() for name, text in content.items()}
    if seen != body:
        yield f"body: set {body!r}, arrived {seen!r}"


def misread(operation, schema, answer, decoded, place):
    """Where the object of the SDK differs from the answer. Counts the fields that were compared."""
    schema = described(schema)
    if isinstance(answer, dict) and "properties" in schema:
        fields = {name: attribute for attribute, name in getattr(decoded, "attribute_map", {}).items()}
        for name, value in answer.items():
            inner = f"{place}.{name}"
            if name not in schema["properties"]:
                yield f"{inner} is not described"
            elif name in fields:
                attribute = getattr(decoded, fields[name])
                yield from misread(operation, schema["properties"][name], value, attribute, inner)
            elif not operation.excuse(NOT_READ, inner):
                yield f"the SDK has no {inner}"
    elif isinstance(answer, list) and isinstance(decoded, list) and len(answer) == len(decoded):
        for item, object_of_sdk in zip(answer, decoded):
            yield from misread(operation, schema["items"], item, object_of_sdk, place + "[]")
    else:
        operation.compared.add(place)
        if isinstance(decoded, datetime.datetime):
            # The SDK takes each time for UTC (D-13); the clock it shows is the same.
            decoded = decoded.strftime("%Y-%m-%d %H:%M:%S")
        if decoded != answer:
            yield f"{place}: answered {answer!r}, decoded {decoded!r}"


def ask(operation, osm, recorder):
    """Calls one operation and yields what is wrong."""
    request, parameters, body = operation.request()
    decoded, exchanges = recorder.during(lambda: getattr(osm, operation.call)(request))
    if isinstance(decoded, SdkStreamResponse):
        file = []
        decoded.consume_download_stream(lambda stream: file.append(stream.content))
    if len(exchanges) != 1:
        yield f"{len(exchanges)} requests for one call"
        return
    (exchange,) = exchanges
    yield from not_arrived(operation, exchange, parameters, body)
    answer = exchange.answered()
    if exchange.status != 200 or (answer or {}).get("error_code") not in (None, "", "0"):
        yield f"refused: {exchange.status} {exchange.answer.decode()}"
        return
    contents = operation.described["responses"]["200"]["content"]
    if answer is not None:
        yield from misread(operation, contents["application/json"]["schema"], answer, decoded, "answer")
    elif "application/octet-stream" not in contents:
        yield f"a file is answered: {exchange.answer[:80]!r}"
    elif file != [exchange.answer] or not exchange.answer:
        yield f"the file is {exchange.answer[:80]!r}, and the SDK gives {file!r}"


def client(endpoint):
    """The SDK, which signs with the keys of the simulator's usual customer."""
    credentials = GlobalCredentials("AKEXAMPLE", "SKEXAMPLE")
    return OsmClient.new_builder().with_credentials(credentials).with_endpoint(endpoint).build()


def main(endpoint):
    recorder = Recorder(endpoint)
    osm = client(recorder.endpoint)
    operations = [
        Operation(path, method, operation)
        for path, item in DESCRIPTION["paths"].items()
        for method, operation in item.items()
        if "operationId" in operation
    ]
    wrong = 0
    for operation in operations:
        try:
            found = list(ask(operation, osm, recorder))
        except Exception as error:
            found = [f"{type(error).__name__}: {error}"]
        if found:
            wrong += 1
            print(f"{operation.name}: {'; '.join(found)}")
    excused = set().union(*(operation.excused for operation in operations))
    for table in (NOT_SENT, NOT_READ):
        for line in table.keys() - excused:
            wrong += 1
            print(f"{': '.join(line)} is in a table and nothing needs it")
    compared = sum(len(operation.compared) for operation in operations)
    print(f"{len(operations)} operations through the official Python SDK, {compared} fields of answers; {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
