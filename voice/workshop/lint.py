"""What is wrong, or looks wrong, in prompts/<language>: `voice lint`."""

from __future__ import annotations

from pathlib import Path

from voice.asr.word_list import WordList
from voice.dialog.script import load_script
from voice.errors import PromptError
from voice.settings import ALONE, Learning
from voice.workshop import lint_flows, lint_texts, lint_words
from voice.workshop.finding import Finding, Severity
from voice.workshop.places import find_places
from voice.workshop.walks import walk


def lint(prompts: Path, vocabulary: WordList | None, learning: Learning = ALONE) -> list[Finding]:
    """Every finding, by file and line. What cannot even be loaded gives one finding.

    vocabulary: the words that the recogniser knows; None leaves its part of the check out.
    """
    try:
        script = load_script(prompts, learning)
        places = find_places(prompts)
    except PromptError as error:
        return [Finding(error.file, error.line, Severity.ERROR, error.reason)]
    walked = walk(script)
    found = [
        *lint_flows.findings(script, places, walked),
        *lint_texts.findings(script, places, walked),
        *lint_words.findings(script, places, vocabulary),
    ]
    return sorted(set(found), key=lambda one: (one.file, one.line, -one.severity, one.reason))
