"""The official SDK as the simulator's usual customer, and what an operation wants to find when it is called."""

import json
import re
import tempfile
import urllib.request
from pathlib import Path

import huaweicloudsdkosm.v2 as sdk
from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.http.formdata import FormFile
from huaweicloudsdkosm.v2 import OsmClient

TICKET = "case-123"
CONTACT = "ops@example.com"
PHONE = "13912345678"
# Where files to upload lie, until this program ends.
FILES = tempfile.TemporaryDirectory()


def client(endpoint, secret="SKEXAMPLE"):
    """The SDK, which signs with the keys of the simulator's usual customer."""
    credentials = GlobalCredentials("AKEXAMPLE", secret)
    return OsmClient.new_builder().with_credentials(credentials).with_endpoint(endpoint).build()


def control(endpoint, target, body=None):
    """What the simulator tells tests and does for them, and the service does not."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(endpoint + "/_sim" + target, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def file(name, content):
    """A file to upload. The SDK takes no bytes, only what lies on a disk."""
    path = Path(tempfile.mkdtemp(dir=FILES.name), name)
    path.write_bytes(content)
    return FormFile(str(path))


def item_kind(kind):
    """What a list of the SDK is of; `None` for what is no list."""
    inner = re.fullmatch(r"list\[(.*)\]", kind)
    return inner and inner.group(1)


def attributes(model):
    """The attributes of a model or an object of the SDK by their names on the wire."""
    return {name: attribute for attribute, name in model.attribute_map.items()}


def build(kind, value):
    """A value as the SDK wants it: its models are made by their constructors, as a user makes them."""
    inner = item_kind(kind)
    if inner:
        return [build(inner, item) for item in value]
    if kind == "file":
        return file(value["name"], value["content"].encode())
    model = getattr(sdk, kind, None)
    if model is None or not isinstance(value, dict):
        return value
    fields = attributes(model)
    return model(**{fields[key]: build(model.openapi_types[fields[key]], item) for key, item in value.items()})


class Maker:
    """Makes what an operation wants to find."""

    def __init__(self, osm, endpoint):
        self.osm, self.endpoint, self.made = osm, endpoint, 0

    def an_attachment(self):
        name = f"made-{self.made}.txt"
        self.made += 1
        body = {"file": {"name": name, "content": "made"}, "form_data": '{"accessFrom":"message"}'}
        body = build("UploadAccessoryRequestBody", body)
        return self.osm.upload_accessory(sdk.UploadAccessoryRequest(body=body)).accessory_id

    def attachments(self):
        return [self.an_attachment()]

    def a_label(self):
        self.made += 1
        name = f"made-{self.made:04}"
        body = sdk.CreateLabelsReq(name=name, color="#000000")
        self.osm.create_labels(sdk.CreateLabelsRequest(body=body))
        # Making a label does not tell its id (D-81).
        (label,) = self.osm.list_labels(sdk.ListLabelsRequest(name=name)).label_list
        return label.label_id

    def labels(self):
        return [self.a_label()]

    def labels_of_the_ticket(self):
        labels = self.labels()
        self.osm.create_case_labels(sdk.CreateCaseLabelsRequest(case_id=TICKET, label_ids=labels))
        return labels

    def a_message(self):
        self.made += 1
        content = f"made {self.made}"
        body = sdk.CreateMessageV2Req(message=sdk.CreateMessageDoV2(content=content))
        self.osm.create_messages(sdk.CreateMessagesRequest(case_id=TICKET, body=body))
        detail = self.osm.show_case_detail(sdk.ShowCaseDetailRequest(case_id=TICKET)).incident_detail_info
        return next(message.message_id for message in detail.message_list if message.content == content)

    def a_code(self, contact=CONTACT, way=1):
        body = sdk.SendVerifyCodeReq(contact_value=contact, contact_way=way, area_code="86")
        self.osm.send_verify_codes(sdk.SendVerifyCodesRequest(body=body))
        return control(self.endpoint, f"/code?contact={contact}")["code"]

    def a_contact(self):
        said = {"contact_value": PHONE, "contact_way": 0, "area_code": "86"}
        body = sdk.VerifyVerifyCodeV2Req(verify_code=self.a_code(PHONE, 0), **said)
        self.osm.check_verify_codes(sdk.CheckVerifyCodesRequest(body=body))
        (contact,) = self.osm.list_has_verified_contacts(
            sdk.ListHasVerifiedContactsRequest(contact_value=PHONE)
        ).contact_list
        return contact.verified_id

    def an_agreement(self):
        request = sdk.ShowLatestPublishedAgreementRequest(agreement_type="0")
        return self.osm.show_latest_published_agreement(request).case_agreement.id
