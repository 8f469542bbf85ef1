from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.web.served import served
from tests.web.small_line import SmallLine, tone
from voice.web.call_socket import WS_MAX_SIZE

TONE = """\
title: Звонит тон
turns:
- {when: line_speaks, wait_ms: 200, from_ms: 500, to_ms: 1200, says: Ля.}
- {key: '1'}
room: {from_ms: 0, to_ms: 500}
"""


@pytest.fixture
def fixtures(tmp_path: Path) -> Path:
    silence = np.zeros(4_000, dtype=np.int16)
    soundfile.write(tmp_path / "tone.flac", np.concatenate([silence, tone(8_000, 700), silence]), 8_000)
    (tmp_path / "tone.expect.yaml").write_text(TONE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def line() -> SmallLine:
    return SmallLine(echo=True)


@pytest.fixture
def host(line: SmallLine, fixtures: Path) -> Iterator[str]:
    with served(line.app(fixtures), ws_max_size=WS_MAX_SIZE) as host:
        yield host
