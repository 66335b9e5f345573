"""An empty answer to a write is a success (D-36), and no JSON: the client raises an error where nothing is wrong.

Copy this file beside your program. For `sync` and `sync_detailed`, and for `asyncio` and `asyncio_detailed`:

    AuthenticatedClient(.., httpx_args={"transport": EmptyAnswers()})
    AuthenticatedClient(.., httpx_args={"transport": AsyncEmptyAnswers()})

With a transport, `verify` and `proxy` of a client, and the proxies of the environment, count for nothing. Give them to your
own: `EmptyAnswers(httpx.HTTPTransport(verify=.., proxy=..))`.
"""

import httpx


def is_in_question(request: httpx.Request, answer: httpx.Response) -> bool:
    """A read that was answered with nothing was not answered."""
    return request.method != "GET" and answer.status_code == 200


def with_an_object(answer: httpx.Response) -> httpx.Response:
    """The same answer, if it has something, and an empty object in its place otherwise. It has been read."""
    if answer.content:
        return answer
    headers = [(name, value) for name, value in answer.headers.multi_items() if name.lower() != "content-length"]
    return httpx.Response(200, headers=headers, content=b"{}", extensions=answer.extensions)


class EmptyAnswers(httpx.BaseTransport):
    """Sends requests, and puts an empty object in the place of an empty answer to a write."""

    def __init__(self, inner: httpx.BaseTransport | None = None) -> None:
        self.inner = inner or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        if not is_in_question(request, answer):
            return answer
        answer.read()
        return with_an_object(answer)

    def close(self) -> None:
        self.inner.close()


class AsyncEmptyAnswers(httpx.AsyncBaseTransport):
    """The same for calls that are awaited."""

    def __init__(self, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self.inner = inner or httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self.inner.handle_async_request(request)
        if not is_in_question(request, answer):
            return answer
        await answer.aread()
        return with_an_object(answer)

    async def aclose(self) -> None:
        await self.inner.aclose()
