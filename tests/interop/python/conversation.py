"""The shared conversation through the client that openapi-python-client makes: every step as a user would write it."""

import io
import json
import urllib.request
from typing import Any

import httpx
from hwc_tickets_client import AuthenticatedClient
from hwc_tickets_client.api.attachments import upload_accessory
from hwc_tickets_client.api.messages import (
    create_messages,
    list_messages,
    list_more_instant_messages,
    list_new_instant_messages,
    list_unread_new_instant_messages,
    revoke_message,
    update_new_instant_messages_read,
)
from hwc_tickets_client.api.tickets import create_cases, show_case_detail, show_case_status, update_cases
from hwc_tickets_client.models import (
    WorkOrderOperateV2Req,
    CreateOrderIncidentV2Req,
    CreateMessageDoV2,
    CreateMessageV2Req,
    UpdateUnreadNewInstantMsgV2Req,
    UploadAccessoryRequestBody,
)
from hwc_tickets_client.types import File, Response

OLD, OTHER = "case-123", "TT202611210003"
TEXT = "磁盘又满了 🙂 the disk is full again"
QUESTION = {
    "business_type_id": "5efc9f47ace944bfafd054161409f15b",
    "product_category_id": "123",
    "simple_description": "How do I resize a zebra?",
    "source_id": "83aeb0f2834c4df49826c781d32a963e",
}


def check(what: str, seen: object, expected: object) -> None:
    if seen != expected:
        raise SystemExit(f"{what}: saw {seen!r}, expected {expected!r}")
    print(f"ok  {what}")


def control(endpoint: str, target: str, body: object = None) -> Any:
    """What the simulator tells tests and does for them, and the service does not."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(endpoint + "/_sim" + target, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def signed_in(endpoint: str) -> str:
    """A token, which no client made of the description gets by itself: it is another service that gives it."""
    user = {"name": "demo", "password": "demo", "domain": {"name": "demo"}}
    identity = {"methods": ["password"], "password": {"user": user}}
    body = {"auth": {"identity": identity, "scope": {"domain": {"name": "demo"}}}}
    answer = httpx.post(f"{endpoint}/v3/auth/tokens", json=body, timeout=60)
    return answer.headers["X-Subject-Token"]


def done(what: str, answer: Response[Any]) -> Any:
    """The body of a success. The status alone proves none: a failure may come with HTTP 200."""
    refusal = getattr(answer.parsed, "error_code", None) or None
    check(what, (int(answer.status_code), refusal), (200, None))
    return answer.parsed


def converse(endpoint: str) -> set[str]:
    """Holds the conversation; gives the credentials that arrived, which are the same in each request."""
    control(endpoint, "/reset", {})
    client = AuthenticatedClient(endpoint, signed_in(endpoint), prefix="", auth_header_name="X-Auth-Token")
    made = done("a ticket is created", create_cases.sync_detailed(client=client, body=CreateOrderIncidentV2Req.from_dict(QUESTION)))
    ticket: str = made.incident_id
    file = UploadAccessoryRequestBody(
        file=File(io.BytesIO(b"full"), "df.txt", "text/plain"), form_data='{"accessFrom":"message"}'
    )
    stored = done("a file is uploaded", upload_accessory.sync_detailed(client=client, body=file))
    message = CreateMessageDoV2(content=TEXT, accessory_ids=[stored.accessory_id])
    sent = create_messages.sync_detailed(ticket, client=client, body=CreateMessageV2Req(type_=0, message=message))
    done("a message is submitted", sent)

    tickets = [ticket, OLD, OTHER]
    polled = done("polled", list_new_instant_messages.sync_detailed(client=client, case_ids=tickets))
    control(endpoint, "/reply", {"ticket": ticket, "content": "Have you tried it with a horse?"})
    cursor = polled.last_message_time_id
    news = list_new_instant_messages.sync_detailed(client=client, case_ids=tickets, last_message_time_id=cursor)
    fresh = [one.incident_id for one in done("polled again", news).immsg]
    check("the answer of the engineer is new", fresh, [ticket])
    unread = list_unread_new_instant_messages.sync_detailed(client=client, case_ids=tickets)
    counts = {one.incident_id: one.unread_num for one in done("unread, with three ids", unread).imunread}
    check("each ticket is counted", (sorted(counts), counts[ticket]), (sorted(tickets), 1))
    page = done("history", list_messages.sync_detailed(ticket, client=client, offset=0, limit=10))
    texts = [one.content for one in page.message_list]
    check("history, newest first", texts, ["Have you tried it with a horse?", TEXT, QUESTION["simple_description"]])
    check("the file is on the message", page.message_list[1].accessory_list[0].accessory_id, stored.accessory_id)
    older = list_more_instant_messages.sync_detailed(
        OLD, client=client, create_time="2099-01-01 00:00:00", type_=1, limit=2
    )
    check("older messages", len(done("history before a time", older).message_list), 2)
    mark = UpdateUnreadNewInstantMsgV2Req()
    done("marked as read", update_new_instant_messages_read.sync_detailed(ticket, client=client, body=mark))
    unread = list_unread_new_instant_messages.sync_detailed(client=client, case_ids=[ticket])
    check("nothing is unread", [one.unread_num for one in done("unread", unread).imunread], [0])

    detail = done("detail", show_case_detail.sync_detailed(ticket, client=client)).incident_detail_info
    own = next(one.message_id for one in detail.message_list if one.content == TEXT)
    done("recalled", revoke_message.sync_detailed(ticket, own, client=client))
    control(endpoint, "/status", {"ticket": ticket, "status": "to_confirm"})
    closing = WorkOrderOperateV2Req(operate_desc="Solved.")
    done("closed", update_cases.sync_detailed(ticket, client=client, action_id="close", body=closing))
    check("it is over", done("status", show_case_status.sync_detailed(ticket, client=client)).status, 3)

    refused = show_case_status.sync_detailed("nowhere", client=client)
    code = getattr(refused.parsed, "error_code", None)
    check("an error in HTTP 200 is seen", (int(refused.status_code), code), (200, "OSM.01010015"))

    arrivals = control(endpoint, f"/ledger?ticket={ticket}")["arrivals"]
    told = [(one["text"], one["recalled"]) for one in arrivals if one["author"] == "customer" and one["text"] == TEXT]
    check("the ledger has the message, once, and recalled", told, [(TEXT, True)])
    asked = [one for one in control(endpoint, "/journal")["entries"] if one["operation"] != "createToken"]
    seen = {tuple(one["credentials"]) for one in asked}
    check("each request came with one credential", seen, {("x-auth-token",)})
    return {name for names in seen for name in names}
