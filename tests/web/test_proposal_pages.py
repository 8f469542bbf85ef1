"""The page of proposals: ticked, exported, refused to those who may not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.web.signed import TEMPLATES, guarded, signed_client
from voice.archive.archive import Archive
from voice.review.prompt_edits import Patch
from voice.review.proposals import Proposal, Support
from voice.web import proposal_pages

ONE = Proposal("example", "application_status", "бумага моя там", "restated", (Support("a" * 32, 3, 4_000, True),))
OTHER = Proposal("heard_as", "снилс", "сни льс", "misheard", ())


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    archive = Archive.open(f"sqlite:///{tmp_path / 'archive.db'}", tmp_path / "sound")
    yield archive
    archive.close()


def house(archive: Archive, found: Sequence[Proposal] = (ONE, OTHER), troubles: tuple[str, ...] = ()) -> FastAPI:
    app, guard = guarded(archive)

    def patch(chosen: Sequence[Proposal]) -> Patch:
        return Patch("".join(f"+ {one.text}\n" for one in chosen), troubles)

    app.include_router(proposal_pages.router(lambda: found, patch, TEMPLATES, guard))
    return app


def test_each_proposal_stands_with_the_calls_that_say_so(archive: Archive) -> None:
    page = signed_client(house(archive), archive, "senior").get("/proposals").text
    assert "«бумага моя там»" in page and f'href="/archive/{"a" * 32}#u3"' in page and "исправлено" in page
    assert page.count('name="take"') == 2


def test_what_was_ticked_comes_as_a_patch(archive: Archive) -> None:
    client = signed_client(house(archive), archive, "senior")
    answer = client.post("/proposals", data={"take": [OTHER.id]})
    assert (answer.status_code, answer.text) == (200, "+ сни льс\n")
    assert "attachment" in answer.headers["content-disposition"]
    assert client.post("/proposals", data={}).status_code == 422


def test_a_patch_that_harms_is_only_given_to_whoever_wants_it_all_the_same(archive: Archive) -> None:
    client = signed_client(house(archive, troubles=("статус: -",)), archive, "senior")
    answer = client.post("/proposals", data={"take": [ONE.id]})
    assert answer.status_code == 409 and "статус: -" in answer.text and " checked" in answer.text
    assert client.post("/proposals", data={"take": [ONE.id], "all_the_same": "1"}).text == "+ бумага моя там\n"


@pytest.mark.parametrize("role", ["reviewer", "auditor", "administrator"])
def test_others_may_not(archive: Archive, role: str) -> None:
    assert signed_client(house(archive), archive, role).get("/proposals").status_code == 403
    assert signed_client(house(archive), archive, role).post("/proposals").status_code == 403


def test_without_proposals_it_is_told_what_is_needed(archive: Archive) -> None:
    assert "Пока предложить нечего" in signed_client(house(archive, ()), archive, "senior").get("/proposals").text
