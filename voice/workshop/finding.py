"""What a check has to say, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Severity(IntEnum):
    WARNING = 0  # worth a look
    ERROR = 1  # callers will meet it


@dataclass(frozen=True, slots=True)
class Finding:
    file: str
    line: int
    severity: Severity
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity.name.lower()}: {self.reason}"
