"""GET /live and /ready: for whoever watches the line or sends it calls."""

from __future__ import annotations

from typing import Protocol

from fastapi import APIRouter, Response


class Flows(Protocol):
    @property
    def fault(self) -> str: ...


class Board(Protocol):
    @property
    def running(self) -> int: ...
    @property
    def takes_calls(self) -> bool: ...
    @property
    def flows(self) -> Flows: ...


def router(board: Board) -> APIRouter:
    routes = APIRouter()

    @routes.get("/live")
    async def live() -> dict[str, bool]:
        return {"live": True}

    @routes.get("/ready")
    async def ready(response: Response) -> dict[str, bool | int | str]:
        """200 while one more call is taken, 503 while the line is full or ends.

        flows: why the flows that were changed last are refused; empty when all is well.
        """
        response.status_code = 200 if board.takes_calls else 503
        return {"ready": board.takes_calls, "calls": board.running, "flows": board.flows.fault}

    return routes
