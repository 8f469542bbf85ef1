"""Text with names for what must not be read in it."""

from __future__ import annotations

from collections.abc import Iterable

from voice.masking.rules import labels
from voice.masking.spans import Span, joined


def masked_text(text: str, spans: Iterable[Span]) -> str:
    """The text of one utterance with a placeholder for each span: "СНИЛС [СНИЛС]. Верно?".

    Raises ValueError for a span that does not lie in the text.
    """
    out, at = [], 0
    for span in joined(spans):
        if not 0 <= span.start < span.end <= len(text):
            raise ValueError(f"a span from {span.start} to {span.end} is not in a text of {len(text)} characters")
        out += [text[at : span.start], f"[{labels()[span.kind]}]"]
        at = span.end
    return "".join((*out, text[at:]))
