"""Holds a conversation through the official Python SDK, unmodified, against a running simulator.

    python conversation.py http://127.0.0.1:8480

The simulator must run with --control and --engineers manual: what really arrived is asked of its ledger, not of the SDK.
Requests are signed with AK/SK. Every operation of the description is called, and the types the SDK decodes are checked.
"""

import datetime
import sys

from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkosm.v2 import (
    CreateMessageDoV2,
    CreateMessagesRequest,
    CreateMessageV2Req,
    ListMessagesRequest,
    ListMoreInstantMessagesRequest,
    ListNewInstantMessagesRequest,
    ListUnreadNewInstantMessagesRequest,
    RevokeMessageRequest,
    ShowCaseDetailRequest,
    ShowCaseStatusRequest,
    UpdateNewInstantMessagesReadRequest,
    UpdateUnreadNewInstantMsgV2Req,
)

from furnish import TICKET, client, control

OTHER = "TT202611210003"
TEXT = "磁盘又满了 🙂 the disk is full again"


def check(what, seen, expected):
    if seen != expected:
        raise SystemExit(f"{what}: saw {seen!r}, expected {expected!r}")
    print(f"ok  {what}")


def arrived(endpoint):
    arrivals = control(endpoint, f"/ledger?ticket={TICKET}")["arrivals"]
    return [(a["text"], a["recalled"]) for a in arrivals if a["author"] == "customer" and not a["history"]]


def converse(endpoint):
    osm = client(endpoint)

    message = CreateMessageDoV2(content=TEXT, accessory_ids=["123"])
    body = CreateMessageV2Req(message=message, group_id="123456")
    sent = osm.create_messages(CreateMessagesRequest(case_id=TICKET, body=body))
    check("createMessages succeeds", (sent.status_code, sent.error_code), (200, None))
    check("createMessages arrived once", arrived(endpoint), [(TEXT, False)])

    page = osm.list_messages(ListMessagesRequest(case_id=TICKET, limit=2, offset=0))
    newest = page.message_list[0]
    check("listMessages gives a page", (page.count, len(page.message_list)), (5, 2))
    check("listMessages gives the message", (newest.content, newest.type, newest.replier_name), (TEXT, 0, "demo"))
    check("listMessages gives the attachment", newest.accessory_list[0].file_actual_name, "messages.zip")
    check("listMessages gives a time", type(newest.create_time), datetime.datetime)

    boundary = page.message_list[-1].create_time.strftime("%Y-%m-%d %H:%M:%S")
    older = osm.list_more_instant_messages(
        ListMoreInstantMessagesRequest(case_id=TICKET, create_time=boundary, type=1, limit=100)
    )
    check("listMoreInstantMessages gives the rest", (older.count, len(older.message_list)), (5, 3))
    check("listMoreInstantMessages reaches the first", older.message_list[-1].is_first_message, 1)

    news = osm.list_new_instant_messages(ListNewInstantMessagesRequest(case_ids=[TICKET, OTHER]))
    check("listNewInstantMessages knows both tickets", sorted(s.incident_id for s in news.imstatus), [OTHER, TICKET])
    check("the engineer answers", control(endpoint, "/trigger", {"ticket": TICKET}), {"answered": 1})
    news = osm.list_new_instant_messages(
        ListNewInstantMessagesRequest(case_ids=[TICKET, OTHER], last_message_time_id=news.last_message_time_id)
    )
    fresh = [(m.incident_id, [n.type for n in m.message_list]) for m in news.immsg]
    check("listNewInstantMessages goes on from its cursor", fresh, [(TICKET, [1])])

    request = ListUnreadNewInstantMessagesRequest(case_ids=[TICKET, OTHER])
    counts = {u.incident_id: u.unread_num for u in osm.list_unread_new_instant_messages(request).imunread}
    check("listUnreadNewInstantMessages counts", counts, {TICKET: 2, OTHER: 1})
    mark = UpdateNewInstantMessagesReadRequest(case_id=TICKET, body=UpdateUnreadNewInstantMsgV2Req(group_id="123456"))
    check("updateNewInstantMessagesRead succeeds", osm.update_new_instant_messages_read(mark).error_code, None)
    mark = UpdateNewInstantMessagesReadRequest(case_id=OTHER)
    check("updateNewInstantMessagesRead needs no body", osm.update_new_instant_messages_read(mark).error_code, None)
    counts = {u.incident_id: u.unread_num for u in osm.list_unread_new_instant_messages(request).imunread}
    check("nothing is unread any more", counts, {TICKET: 0, OTHER: 0})

    detail = osm.show_case_detail(ShowCaseDetailRequest(case_id=TICKET, x_language="en-us")).incident_detail_info
    check("showCaseDetail gives the ticket", (detail.incident_id, detail.status), (TICKET, 1))
    own = next(m for m in detail.message_list if m.content == TEXT)
    recalled = osm.revoke_message(RevokeMessageRequest(case_id=TICKET, message_id=own.message_id))
    check("revokeMessage succeeds", (recalled.status_code, recalled.error_code), (200, None))
    check("revokeMessage is in the ledger", arrived(endpoint), [(TEXT, True)])
    again = osm.revoke_message(RevokeMessageRequest(case_id=TICKET, message_id=own.message_id))
    check("a second revokeMessage is refused", again.error_code, "OSM.01010001")

    status = osm.show_case_status(ShowCaseStatusRequest(case_id=TICKET))
    check("showCaseStatus gives the status", status.status, 1)


def meet_errors(endpoint):
    osm = client(endpoint)
    body = CreateMessageV2Req(message=CreateMessageDoV2(content="x"))
    refused = osm.create_messages(CreateMessagesRequest(case_id="nowhere", body=body))
    check("an unknown ticket is an error in HTTP 200", (refused.status_code, refused.error_code), (200, "OSM.01010015"))
    try:
        client(endpoint, "SKWRONG").show_case_status(ShowCaseStatusRequest(case_id=TICKET))
    except ClientRequestException as error:
        check("a wrong signature is refused", (error.status_code, error.error_code), (401, "APIGW.0301"))
        check("with a request id", len(error.request_id), 32)
    else:
        raise SystemExit("a wrong signature got in")


if __name__ == "__main__":
    endpoint = sys.argv[1]
    converse(endpoint)
    meet_errors(endpoint)
    print("the official Python SDK and the simulator understand each other")
