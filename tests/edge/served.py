"""A small app behind the edge, served by the real server for test_edge_served.py."""

from typing import Any

from truflow.edge import Edge


async def _inside(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        while (message := await receive())["type"] != "lifespan.shutdown":
            await send({"type": message["type"] + ".complete"})
        return
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": str(len(message.get("text") or ""))})
        return
    size = 0
    while (message := await receive()).get("more_body") or message.get("body"):
        size += len(message["body"])
        if not message.get("more_body"):
            break
    if scope["path"] == "/boom":
        raise RuntimeError("canary-ana@example.com")
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": str(size).encode(), "more_body": scope["path"] == "/late"})
    if scope["path"] == "/late":
        raise RuntimeError("canary-ana@example.com")


app = Edge(_inside)
