"""An empty answer to a write is a success (D-36), and no JSON: the client raises an error where nothing is wrong.

    AuthenticatedClient(.., httpx_args={"transport": EmptyAnswers()})
"""

import httpx


class EmptyAnswers(httpx.BaseTransport):
    """Sends requests, and puts an empty object in the place of an empty answer to a write."""

    def __init__(self, inner: httpx.BaseTransport | None = None) -> None:
        self.inner = inner or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        # A read that was answered with nothing was not answered.
        if request.method == "GET" or answer.status_code != 200 or answer.read():
            return answer
        headers = [(name, value) for name, value in answer.headers.multi_items() if name.lower() != "content-length"]
        return httpx.Response(200, headers=headers, content=b"{}", extensions=answer.extensions)

    def close(self) -> None:
        self.inner.close()
