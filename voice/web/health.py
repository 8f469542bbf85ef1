"""GET /live and /ready: for whoever watches the line or sends it calls."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, Response


class Board(Protocol):
    @property
    def running(self) -> int: ...
    @property
    def takes_calls(self) -> bool: ...


def router(board: Board) -> APIRouter:
    routes = APIRouter()

    @routes.get("/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @routes.get("/ready")
    async def ready(response: Response) -> dict[str, bool | int]:
        """200 while one more call is taken, 503 while the line is full or ends."""
        response.status_code = 200 if board.takes_calls else 503
        return {"ready": board.takes_calls, "calls": board.running}

    return routes
