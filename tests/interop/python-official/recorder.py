"""Stands between the official SDK and the simulator and keeps what each of them said.

Everything is passed on as it is, Host included, because the signature covers it. So the SDK cannot tell the difference,
and what really arrived is known without asking the SDK.
"""

import http.client
import http.server
import json
import re
import threading
import urllib.parse
from email.parser import BytesParser


class Exchange:
    """One request and its answer, as they were on the wire."""

    def __init__(self, method, target, headers, body):
        self.method, self.headers, self.body = method, headers, body
        self.path, _, query = target.partition("?")
        self.query = urllib.parse.parse_qsl(query, keep_blank_values=True)
        self.status, self.answer_headers, self.answer = None, {}, b""

    def path_values(self, template):
        """The values of the parameters in the path, or None where it is another path."""
        names = re.findall(r"{(\w+)}", template)
        pattern = re.sub(r"{\w+}", "([^/]+)", template)
        found = re.fullmatch(pattern, self.path)
        return found and dict(zip(names, map(urllib.parse.unquote, found.groups())))

    def sent(self):
        """The body: a JSON value, the parts of a form by name, or None."""
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/"):
            whole = BytesParser().parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body)
            parts = [(part.get_param("name", header="Content-Disposition"), part) for part in whole.get_payload()]
            return {name: part.get_payload(decode=True) for name, part in parts}
        return json.loads(self.body) if self.body else None

    def answered(self):
        """The JSON value of the answer, or None where it is a file."""
        if self.answer_headers.get("Content-Type", "").startswith("application/json"):
            return json.loads(self.answer)
        return None


class Recorder:
    """Listens on a port that the system picks, passes on to `simulator`, and keeps the exchanges in order."""

    def __init__(self, simulator):
        target = urllib.parse.urlsplit(simulator).netloc
        self.exchanges = []
        exchanges = self.exchanges

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                length = int(self.headers.get("Content-Length", 0))
                exchange = Exchange(self.command, self.path, self.headers, self.rfile.read(length))
                line = http.client.HTTPConnection(target, timeout=60)
                line.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    line.putheader(name, value)
                line.endheaders(exchange.body)
                answer = line.getresponse()
                exchange.status, exchange.answer_headers, exchange.answer = answer.status, answer.headers, answer.read()
                line.close()
                exchanges.append(exchange)
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.headers.items():
                    if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(exchange.answer)))
                self.end_headers()
                self.wfile.write(exchange.answer)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on

            def log_message(self, *_):
                """What is said is told by who asks, not here."""

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{server.server_address[1]}"

    def during(self, call):
        """What `call` gives, and the exchanges that it made."""
        before = len(self.exchanges)
        return call(), self.exchanges[before:]
