"""Calls every operation of the description through the official Python SDK, unmodified, against a running simulator.

    python operations.py http://127.0.0.1:8480

The simulator must be new, and run with --control: codes for contacts are asked of it.

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
from pathlib import Path

import huaweicloudsdkosm.v2 as sdk
from huaweicloudsdkcore.sdk_stream_response import SdkStreamResponse

from furnish import CONTACT, PHONE, TICKET, Maker, attributes, build, client, item_kind
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
    ("*", "answer.error_code"): "D-26",
    ("*", "answer.error_msg"): "D-26",
    ("listCases", "answer.count"): "D-57",
    ("showCaseExtendsParam", "answer.extends_map"): "D-73",
}

# What an answer has and no table.
NOT_DESCRIBED = {
    ("updateNewInstantMessagesRead", "answer.group_id"): "D-08",
}

# Good values that the description cannot know: a time in a query is a time, a ticket is one that the simulator has. The
# key is a name on the wire, or an operation and a name. What `Maker` has a method for is made anew each time.
GOOD = {
    "X-Language": "en-us",
    "X-Time-Zone": "GMT+8",
    # Filters that ticket case-123 passes.
    "app_key": "case",
    "customer_id": "user-demo",
    "incident_id": TICKET,
    "incident_status": "0,1",
    "label_id_list": [1],
    "search_key": ["disk"],
    "status": 1,
    "sub_customer_id": "user-demo",
    "x_customer_id": "user-demo",
    "x_customer_name": "demo",
    ("downloadCases", "search_key"): "disk",
    ("listCases", "label_id_list"): ["1"],
    ("listLabels", "name"): "made",
    ("listOrderIncident", "businessTypeId"): "7d3e0c52b8f94a1e96c47f20d15ab8e3",
    "accessory_id": "an_attachment",
    "accessory_ids": "attachments",
    "area_code": "86",
    "case_id": TICKET,
    "case_ids": ["TT202611210003", TICKET],
    "create_time": "2036-01-01 00:00:00",
    "expired_time": "2026-01-01 00:00:00",
    "group_id": "123456",
    "label_id": "a_label",
    "label_ids": "labels",
    "last_message_time_id": "0_0",
    "message_id": "a_message",
    "query_start_time": "2020-07-09 00:00:00",
    "query_end_time": "2036-01-01 00:00:00",
    "related_id": "TT202611210004",
    "related_id_list": ["TT202611210003"],
    ("listHasVerifiedContacts", "contact_value"): PHONE,
    ("listHasVerifiedContacts", "verified_id"): "a_contact",
    ("checkVerifyCodes", "contact_value"): CONTACT,
    ("checkVerifyCodes", "contact_way"): 1,
    ("checkVerifyCodes", "verify_code"): "a_code",
    # Ids of the catalogue that belong together, and a contact that is registered.
    "business_type_id": "5efc9f47ace944bfafd054161409f15b",
    "incident_sub_type_id": "0",
    "product_category_id": "123",
    "region_id": "cn-north-4",
    "severity_id": "124",
    ("createCases", "remind_mobile"): "13800138000",
    ("createCases", "remind_mail"): "demo@example.com",
    # A ticket that is over can be rated, one that waits can be cancelled.
    ("createScores", "case_id"): "TT202611210005",
    ("updateCases", "case_id"): "TT202611210001",
    ("updateCases", "satisfaction_id"): 1,
    ("updateCases", "satisfaction_value"): 5,
    ("deleteCaseLabels", "label_ids"): "labels_of_the_ticket",
    ("signPublishedAgreement", "id"): "an_agreement",
}


def described(schema):
    """A schema or another component, with its reference followed."""
    while "$ref" in schema:
        section, name = schema["$ref"].split("/")[2:]
        schema = DESCRIPTION["components"][section][name]
    return schema


class Operation:
    """One operation of the description, and how the SDK calls it."""

    def __init__(self, path, method, described_operation, maker):
        self.maker = maker
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

    def fill(self, schema, recorded, name):
        """A value for a parameter or a field: all of it, as the exchange has it, else as the description shows it."""
        # The oldest operation has the same names with capitals.
        usual = re.sub(r"[A-Z]", lambda capital: "_" + capital.group().lower(), name)
        good = GOOD.get((self.name, name), GOOD.get(name, GOOD.get(usual)))
        if good is not None:
            return getattr(self.maker, good)() if hasattr(Maker, str(good)) else good
        schema = described(schema)
        if "properties" in schema:
            recorded = recorded or {}
            return {key: self.fill(inner, recorded.get(key), key) for key, inner in schema["properties"].items()}
        kind = schema.get("type")
        if kind == "array":
            items = recorded or [None]
            return [self.fill(schema["items"], item, name) for item in items]
        if recorded is not None:
            return int(recorded) if kind == "integer" else recorded
        if kind == "object":
            return {"key": "value"}
        if kind in ("boolean", "integer"):
            return schema.get("minimum", 1) if kind == "integer" else True
        return f"a {name}"[: schema.get("maxLength", 64)]

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
        body = self.body and self.fill(self.body, request.get("body", request.get("form")), "body")
        return parameters, body

    def parameter(self, parameter, recorded):
        """The recorded value, or the example; a query has each value as a list of texts."""
        schema = described(parameter["schema"])
        if recorded is None:
            examples = [example["value"] for example in parameter.get("examples", {}).values() if "value" in example]
            recorded = parameter.get("example", examples[0] if examples else None)
        elif schema["type"] != "array" and isinstance(recorded, list):
            (recorded,) = recorded
        return self.fill(schema, recorded, parameter["name"])

    def sendable(self, value, kind, place):
        """`value` without what the SDK has no field for, which a table has to explain."""
        model = getattr(sdk, kind, None)
        inner = item_kind(kind)
        if isinstance(value, list) and inner:
            return [self.sendable(item, inner, place) for item in value]
        if not isinstance(value, dict) or not hasattr(model, "attribute_map"):
            return value
        fields = attributes(model)
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


def unread(operation, schema, kind, place):
    """What the SDK has no field for, though an answer may have it."""
    schema = described(schema)
    inner = item_kind(kind)
    if inner:
        yield from unread(operation, schema["items"], inner, place + "[]")
    elif "properties" in schema:
        model = getattr(sdk, kind)
        fields = attributes(model)
        for name, field in schema["properties"].items():
            if name in fields:
                yield from unread(operation, field, model.openapi_types[fields[name]], f"{place}.{name}")
            elif not operation.excuse(NOT_READ, f"{place}.{name}"):
                yield f"the SDK has no {place}.{name}"


def misread(operation, schema, answer, decoded, place):
    """Where the object of the SDK differs from the answer. Counts the fields that were compared."""
    schema = described(schema)
    if isinstance(answer, dict) and "properties" in schema:
        fields = {name: attribute for attribute, name in getattr(decoded, "attribute_map", {}).items()}
        for name, value in answer.items():
            inner = f"{place}.{name}"
            if name not in schema["properties"]:
                if not operation.excuse(NOT_DESCRIBED, inner):
                    yield f"{inner} is not described"
            elif name in fields:
                attribute = getattr(decoded, fields[name])
                yield from misread(operation, schema["properties"][name], value, attribute, inner)
    elif answer == [] and place.count(".") == 1:
        yield f"{place} is empty, and so nothing of it was compared"
    elif isinstance(answer, list) and isinstance(decoded, list) and len(answer) == len(decoded):
        for item, read in zip(answer, decoded):
            yield from misread(operation, schema["items"], item, read, place + "[]")
    else:
        operation.compared.add(place)
        if isinstance(decoded, datetime.datetime):
            # The SDK takes each time for UTC (D-13); the clock it shows is the same.
            decoded, answer = decoded.strftime("%Y-%m-%d %H:%M:%S"), answer.rstrip("Z").replace("T", " ")
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
        schema = contents["application/json"]["schema"]
        yield from unread(operation, schema, type(decoded).__name__, "answer")
        yield from misread(operation, schema, answer, decoded, "answer")
    elif "application/octet-stream" not in contents:
        yield f"a file is answered: {exchange.answer[:80]!r}"
    elif file != [exchange.answer] or not exchange.answer:
        yield f"the file is {exchange.answer[:80]!r}, and the SDK gives {file!r}"


def main(endpoint):
    recorder = Recorder(endpoint)
    osm = client(recorder.endpoint)
    maker = Maker(client(endpoint), endpoint)
    operations = [
        Operation(path, method, operation, maker)
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
    for table in (NOT_SENT, NOT_READ, NOT_DESCRIBED):
        for line in table.keys() - excused:
            wrong += 1
            print(f"{': '.join(line)} is in a table and nothing needs it")
    compared = sum(len(operation.compared) for operation in operations)
    print(f"{len(operations)} operations through the official Python SDK, {compared} fields of answers; {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
