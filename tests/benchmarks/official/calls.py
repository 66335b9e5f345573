"""Calls of the official Python SDK, timed: one order as JSON on each line of the input, one answer on each of the output.

    python calls.py http://127.0.0.1:8480

Requests are signed with the keys of the simulator's usual customer, for the SDK knows no token.
"""

import json
import sys
import time

from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkosm.v2 import (
    CreateMessageDoV2,
    CreateMessagesRequest,
    CreateMessageV2Req,
    ListMessagesRequest,
    ListUnreadNewInstantMessagesRequest,
    OsmClient,
)

BATCH = 100


def read_page(osm, order):
    request = ListMessagesRequest(case_id=order["ticket"], limit=order["rows"], offset=0)
    return len(osm.list_messages(request).message_list)


def count_unread(osm, order):
    seen = 0
    for start in range(0, len(order["tickets"]), BATCH):
        request = ListUnreadNewInstantMessagesRequest(case_ids=order["tickets"][start : start + BATCH])
        seen += len(osm.list_unread_new_instant_messages(request).imunread)
    return seen


def submit(osm, order):
    body = CreateMessageV2Req(message=CreateMessageDoV2(content="The disk is full again."))
    osm.create_messages(CreateMessagesRequest(case_id=order["ticket"], body=body))
    return 1


def peak():
    """The largest resident set of this process so far, in KiB. Linux tells it."""
    try:
        with open("/proc/self/status") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("VmHWM:")), None)
    except OSError:
        return None


def main(endpoint):
    credentials = GlobalCredentials("AKEXAMPLE", "SKEXAMPLE")
    osm = OsmClient.new_builder().with_credentials(credentials).with_endpoint(endpoint).build()
    for line in sys.stdin:
        order = json.loads(line)
        work = {"unread": count_unread, "submit": submit}.get(order["work"], read_page)
        calls, seen = [], 0
        before = time.process_time_ns()
        for _ in range(order["calls"]):
            started = time.perf_counter_ns()
            seen = work(osm, order)
            calls.append(time.perf_counter_ns() - started)
        cost = {"cpu": time.process_time_ns() - before, "calls": calls, "seen": seen, "peak_kib": peak()}
        print(json.dumps(cost), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
