"""One Asterisk for all tests, from the folder that `make telephony` fills; without it they are skipped, and say so."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from tests.telephony.bed import HOME, MEDIA_PATHS, Asterisk, MediaPath, free_ports, make_sounds
from tests.telephony.lines import Lines

# A number whose callers hear a tone before anybody answers, as some providers have it.
EARLY = """
[from-provider](+)
exten => 555,1,Progress()
 same => n,Playtones(425)
 same => n,Wait(2)
 same => n,StopPlaytones()
 same => n,Goto(liniya,88005553535,1)
"""


@pytest.fixture(scope="module", autouse=True)
def telephones_in_time() -> Iterator[None]:
    """No search for garbage while telephones talk: among all that the tests before have left it takes 180 ms, and sound
    that is late by 80 ms Asterisk throws away where somebody listens to a talk."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(scope="module", params=MEDIA_PATHS, ids=lambda path: path.sound)
def path(request: pytest.FixtureRequest, asterisk: Asterisk) -> Iterator[MediaPath]:
    """Both, one after the other; other tests have the first."""
    asterisk.travel_by(request.param.sound)
    yield request.param
    asterisk.travel_by(MEDIA_PATHS[0].sound)


@pytest.fixture(scope="session")
def ports() -> tuple[int, int]:
    """Of the line: HTTP and AudioSocket. A line that is started anew keeps them."""
    http_port, audiosocket_port = free_ports(2)
    return http_port, audiosocket_port


@pytest.fixture(scope="session")
def asterisk(ports: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    if not (HOME / "asterisk").exists():
        pytest.skip("NO TELEPHONE CALL IS TESTED: there is no Asterisk here; `make telephony` brings one")
    here = Asterisk(HOME, tmp_path_factory.mktemp("asterisk"), *ports, site=EARLY)
    try:
        here.start()
        make_sounds(here)
        yield here
    finally:
        here.stop()


@pytest.fixture(scope="session")
def lines(ports: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lines]:
    here = Lines(ports, lambda: tmp_path_factory.mktemp("line"))
    yield here
    here.stop()
