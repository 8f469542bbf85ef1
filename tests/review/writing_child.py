"""A process that writes into an archive which others write into: it records calls, tends them, and changes shared ones.

It begins when it is told to, and prints the calls that it has recorded.
"""

import sys
from pathlib import Path

from tests.fakes.archived import record, story
from voice.archive.archive import Archive
from voice.archive.retention import Clocks, Retention
from voice.review.accesses import Accesses
from voice.review.aftercare import Aftercare
from voice.review.corrections import Corrections
from voice.review.marks import Marks
from voice.review.people import Person
from voice.review.remarks import Remarks
from voice.review.rights import Deed

SAID = (("line", "Здравствуйте. Чем помочь?"), ("caller", "хочу узнать статус заявления"))
ROUNDS = 6


def main() -> None:
    url, folder, name, *shared = sys.argv[1:]
    archive = Archive.open(url, Path(folder) / "sound")
    aftercare, log = Aftercare(archive), Accesses(archive)
    corrections, marks, remarks = Corrections(archive), Marks(archive), Remarks(archive)
    retention = Retention(archive, Clocks(0, 0, 0))
    person = Person(id=name, login=name, name=name, role="senior")
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(ROUNDS):
        print(record(archive, story(SAID)), flush=True)
        for call in shared:
            corrections.correct(call, 2, name, f"статус {number} записал {name}")
            marks.add(call, 2, 0, 6, "name", name)
            remarks.add(call, name, number, f"{name} {number}")
            retention.lift(retention.hold(call, by=name, reason="r"), by=name)
            log.add(person, Deed.CORRECT, call=call)
        aftercare.tend()
    archive.close()


if __name__ == "__main__":
    main()
