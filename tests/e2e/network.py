"""A stretch of network between a browser and a server that a test can cut."""

from __future__ import annotations

import contextlib
import socket
import threading


class Network:
    """Carries every connection to `host` on to `server`, until it is cut."""

    def __init__(self, server: str) -> None:
        name, port = server.split(":")
        self._server = (name, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._is_cut = False
        self._ends: list[socket.socket] = []
        self._stuck: list[threading.Event] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break what is open, refuse what is new."""
        self._is_cut = True
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def stick(self) -> None:
        """What is open stays open and carries nothing more, as on a phone that moved; what is new is carried."""
        for stuck in self._stuck:
            stuck.set()

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._is_cut:
                    near.close()
                    continue
                far = socket.create_connection(self._server)
                self._ends += [near, far]
                self._stuck.append(stuck := threading.Event())
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=_carry, args=(source, target, stuck), daemon=True).start()


def _carry(source: socket.socket, target: socket.socket, stuck: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            if not stuck.is_set():
                target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
