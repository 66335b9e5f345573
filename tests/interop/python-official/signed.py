"""Signs random requests with the signer of the official Python SDK, unmodified, for our signer to be held against.

    python signed.py 7 10000 signed.jsonl

The first number draws the requests: the same one draws the same. Each line of the file is a request as it goes out, and what the
official signer says of it.
"""

import json
import random
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, quote_plus

from huaweicloudsdkcore.auth.credentials import GlobalCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer

ASCII = "".join(map(chr, range(0x20, 0x7F)))
# What reserved characters, spaces, other scripts, marks and control characters become is where signers differ.
LETTERS = ASCII + "abcxyz019-_.~" * 4 + " +%&=/?#*'()!$,;:@" * 3 + "工单磁盘éßñ😀\u0301\u00a0\u2028\t\n"
METHODS = ["GET", "POST", "PUT", "DELETE"]
KINDS = [
    "application/json",
    "application/json;charset=utf-8",
    "application/bson",
    "application/octet-stream",
    "multipart/form-data; boundary=b",
    "text/plain",
]
NAMES = ["X-Domain-Id", "X-Project-Id", "X-Security-Token", "X-Language", "X-Time-Zone", "X-Custom", "X-Custom-2", "x_left_out"]


def text(draw, most, letters=LETTERS):
    return "".join(draw.choice(letters) for _ in range(draw.randrange(most + 1)))


def value(draw):
    """Of a header: visible ASCII, and spaces between."""
    return text(draw, 20, ASCII).strip() or "x"


def request(draw):
    segments = [text(draw, 12) or "x" for _ in range(draw.randrange(1, 6))]
    path = "/" + "/".join(quote(segment, safe="") for segment in segments)
    keys = ["limit", "offset", "label_ids", "工单", text(draw, 6)]
    pairs = [(draw.choice(keys), text(draw, 10)) for _ in range(draw.randrange(6))]
    at = datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=draw.randrange(10**8))
    headers = {"X-Sdk-Date": at.strftime("%Y%m%dT%H%M%SZ")}
    if draw.random() < 0.8:
        headers["Content-Type"] = draw.choice(KINDS)
    for name in draw.sample(NAMES, draw.randrange(4)):
        headers[name] = value(draw)
    body = text(draw, 60).encode() if draw.random() < 0.6 else b""
    host = draw.choice(["osm.cn-south-1.myhuaweicloud.com", "osm.example:8443", "127.0.0.1:8480"])
    return draw.choice(METHODS), host, path, pairs, headers, body


def signed(draw):
    method, host, path, pairs, headers, body = request(draw)
    access, secret = "AK" + text(draw, 8, "ABC123") + "X", "SK" + text(draw, 40)
    asked = SdkRequest(method, "https", host, path, None, list(pairs), dict(headers), body)
    told = Signer(GlobalCredentials(access, secret)).sign(asked)
    return {
        "method": method,
        "host": host,
        "path": path,
        # As a form writes them: the canonical form is ours to make.
        "query": "&".join(f"{quote_plus(key)}={quote_plus(value)}" for key, value in pairs),
        "headers": headers,
        "body": body.hex(),
        "access": access,
        "secret": secret,
        "uri": told.uri,
        "authorization": told.header_params["Authorization"],
        "content_sha256": told.header_params.get("X-Sdk-Content-Sha256"),
    }


def main(seed, count, place):
    draw = random.Random(int(seed))
    with open(place, "w", encoding="utf-8") as lines:
        for _ in range(int(count)):
            lines.write(json.dumps(signed(draw)) + "\n")
    print(f"{count} requests, signed by the official Python SDK")


if __name__ == "__main__":
    main(*sys.argv[1:])
