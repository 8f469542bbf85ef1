"""Whatever is thrown at the API, allowed by its own description or not: it answers, and as it is described."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.web.test_api import CALL, V1, api_app, record
from voice.archive.archive import Archive
from voice.desk.backoffice import EmbeddedOffice
from voice.review.aftercare import Aftercare
from voice.review.programs import Programs
from voice.review.rights import RIGHTS

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = 12  # of each operation and role


Fuzzed = tuple[schemathesis.schemas.BaseSchema, dict[str, str]]


@pytest.fixture(scope="module")
def fuzzed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[schemathesis.schemas.BaseSchema, dict[str, str]]]:
    """The description of the running API, and the secret of a program of each role."""
    folder: Path = tmp_path_factory.mktemp("fuzzed")
    archive = Archive.open(f"sqlite:///{folder / 'a.db'}", folder / "sound")
    for number in range(3):
        record(archive, number)
    Aftercare(archive).tend()
    app = api_app(archive, lambda: EmbeddedOffice(folder / "office.db"))
    secrets = {role: Programs(archive).add(role, role, "tests") for role in RIGHTS}
    yield schemathesis.openapi.from_asgi(f"{V1}/openapi.json", app), secrets
    archive.close()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.value)
@pytest.mark.parametrize("role", ["senior", "administrator"])
def test_whatever_is_sent_is_answered_as_described(fuzzed: Fuzzed, role: str, mode: GenerationMode) -> None:
    schema, secrets = fuzzed
    headers = {"Authorization": f"Bearer {secrets[role]}"}
    operations = tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        operations += 1

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(mode))
        def throw(case: schemathesis.Case) -> None:
            nonlocal tried
            if "call_id" in case.path_parameters and tried % 2:
                case.path_parameters["call_id"] = CALL
            tried += 1
            case.call_and_validate(headers=headers, checks=list(CHECKS))

        throw()
    assert operations >= 25 and tried > 5 * operations
