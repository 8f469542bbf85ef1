"""The flows as they stand on disk now: noticed when they change, taken only when they are right."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from voice.dialog.script import Script, flows_folder, load_script
from voice.errors import PromptError
from voice.settings import ALONE, Learning

log = logging.getLogger(__name__)

Stamp = frozenset[tuple[str, int, int]]  # of every file: its name, time of change in ns, size


class FlowFiles:
    """`script` is the newest one that is right; `fault` says why the files of now are not, "" when they are."""

    def __init__(self, folder: Path, learning: Learning = ALONE) -> None:
        """Load prompts/<language>. Raises PromptError."""
        self.folder, self.fault, self._learning = folder, "", learning
        self._loaded = self._seen = self._stamp()
        self.script: Script = load_script(folder, learning)

    def look(self) -> bool:
        """Load what has changed since the last look but one; True when there is a new script. Blocks.

        A change is taken up at the look after it was seen, and only if nothing has changed since: an editor may be
        in the middle of writing several files.
        """
        stamp = self._stamp()
        settled, self._seen = stamp == self._seen, stamp
        if not settled or stamp == self._loaded:
            return False
        self._loaded = stamp
        try:
            script = load_script(self.folder, self._learning)
        except PromptError as error:
            self._refuse(f"{self._named(error.file)}:{error.line}: {error.reason}")
            return False
        except Exception as error:  # a fault of the loader: calls go on with the old script all the same
            self._refuse(f"{self.folder.name}:0: {type(error).__name__}: {error}")
            return False
        if gone := self.script.lines.keys() - script.lines.keys():
            self._refuse(f"{self.folder.name}/lines.yaml:1: {', '.join(sorted(gone))} are gone: that needs a restart")
            return False
        self.script, self.fault = script, ""
        log.info("the flows have changed: new calls get them")
        return True

    def _refuse(self, fault: str) -> None:
        self.fault = fault
        log.error("the changed flows are refused, calls go on with the old ones: %s", fault)

    def _named(self, file: str) -> str:
        path = Path(file)
        return str(path.relative_to(self.folder.parent)) if path.is_relative_to(self.folder.parent) else file

    def _stamp(self) -> Stamp:
        files = set()
        for folder in {self.folder, flows_folder(self.folder)}:
            for path in folder.rglob("*.yaml"):
                with suppress(OSError):  # it was there a moment ago: the next look tells
                    stat = path.stat()
                    files.add((str(path), stat.st_mtime_ns, stat.st_size))
        return frozenset(files)
