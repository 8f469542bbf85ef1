"""Every recorded caller that the chosen tests need, placed once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.golden.placed import Placed, place


@pytest.fixture(scope="session")
def placed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Placed]:
    """A caller's call, by name. All of them run side by side, as many as this run's tests ask for."""
    params = (item.callspec.params for item in request.session.items if hasattr(item, "callspec"))
    names = sorted({param["caller"] for param in params if "caller" in param})
    calls = place(names, tmp_path_factory.mktemp("golden"))
    return calls.__getitem__
