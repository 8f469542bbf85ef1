"""Two processes write into one archive at once, as two servers with one database do: nothing is lost or broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from tests.conftest import ROOT
from tests.fakes.archived import record, story
from tests.review.writing_child import ROUNDS, SAID
from voice.archive.archive import Archive
from voice.archive.tables import Corrections, Findables, Finished, Holds, Links, Masks
from voice.review.accesses import Accesses
from voice.review.aftercare import Aftercare
from voice.review.remarks import Remarks
from voice.review.tables import Accesses as Rows

WRITERS, SHARED = 2, 2
LONGEST_S = 120


def test_nothing_is_lost_or_broken(database: str, tmp_path: Path) -> None:
    archive = Archive.open(database, tmp_path / "sound")
    shared = [record(archive, story(SAID)) for _ in range(SHARED)]
    code = [sys.executable, "-m", "tests.review.writing_child", database, str(tmp_path)]
    writers = [
        subprocess.Popen(
            [*code, f"writer{n}", *shared],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in range(WRITERS)
    ]
    for one in writers:
        assert one.stdout and one.stdout.readline() == "ready\n", one.communicate()[1]
    for one in writers:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [one.communicate(timeout=LONGEST_S) for one in writers]
    assert [error for _, error in told] == [""] * WRITERS and not any(one.returncode for one in writers)
    Aftercare(archive).tend()
    recorded = [call for out, _ in told for call in out.split()]
    assert len(recorded) == WRITERS * ROUNDS

    with archive.engine.connect() as connection:
        for table in (Finished, Findables):
            assert set(connection.execute(select(table.call)).scalars()) == {*recorded, *shared}, table
        for rows in (Corrections, Masks, Holds):
            changed = select(func.count()).select_from(rows).where(rows.call.in_(shared))
            by_hand = changed.where(rows.by != "") if rows is Masks else changed
            assert connection.execute(by_hand).scalar_one() == WRITERS * ROUNDS * SHARED, rows
        numbers = connection.execute(select(Rows.n).order_by(Rows.n)).scalars().all()
    assert numbers == list(range(1, WRITERS * ROUNDS * SHARED + 1)) and Accesses(archive).faults() == []
    for call in (*recorded, *shared):
        kept = archive.call(call)
        assert kept and kept.call.state == "complete" and [one.text for one in kept.utterances] == [t for _, t in SAID]
        assert archive.faults(call) == []
        with archive.engine.connect() as connection:
            tied = select(Links.what).where(Links.call == call, Links.what.in_(("record", "sound"))).order_by(Links.n)
            assert connection.execute(tied).scalars().all() == ["record", "sound"]
    for call in shared:
        assert len(Remarks(archive).of(call)) == WRITERS * ROUNDS
        reading = archive.reading(call)
        assert reading and len(reading.utterances[1].history) == WRITERS * ROUNDS
    archive.close()
