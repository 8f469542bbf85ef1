"""A WebSocket as the web framework serves it, as a line needs it."""

from __future__ import annotations

from fastapi import Response, WebSocket, WebSocketDisconnect

from voice.transports.socket_port import SocketGone


class ServedSocket:
    """voice.transports.socket_port.Socket over the web framework's."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def receive(self) -> str | bytes:
        try:
            message = await self._websocket.receive()
        except RuntimeError as error:  # after a disconnect or our own close
            raise SocketGone(1006) from error
        if message["type"] == "websocket.disconnect":
            raise SocketGone(message.get("code") or 1006)
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text

    async def send(self, message: str | bytes) -> None:
        try:
            if isinstance(message, str):
                await self._websocket.send_text(message)
            else:
                await self._websocket.send_bytes(message)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise SocketGone(1006) from error

    async def close(self, code: int) -> None:
        try:
            await self._websocket.close(code)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise SocketGone(1006) from error


async def refuse(websocket: WebSocket, status: int) -> None:
    """Answer the handshake with an HTTP status: no socket is opened."""
    await websocket.send_denial_response(Response(status_code=status))
