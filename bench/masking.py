"""How much of the personal data in calls is found, and how much is masked that is none.

    python bench/masking.py [--set tuned|held_out|blind|fresh|fourth|fifth|sixth|seventh|eighth] [--missed]

The talk is bench/wordings/personal.yaml: `tuned` was looked at while the rules were made, `held_out` was not; and
personal_2.yaml: `blind` was written by another hand; and personal_3.yaml: `fresh`, by the same hand after the rules;
and personal_4.yaml to personal_8.yaml: `fourth` to `eighth`, after all of them by other hands, which had seen neither
the rules nor the other talk.
--missed shows what was missed and what was masked falsely.
"""

from __future__ import annotations

import argparse
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from personal import BLIND, Planted, Talk, blind, blind_clean, clean, planted
from report import Figure, Table, machine, ratio, save, spread
from said import heard_plainly, spoken_numbers

from voice.masking.find import Said, find
from voice.masking.spans import Span
from voice.masking.text import masked_text
from voice.nlu.normalise import words
from voice.nlu.number_words import is_number

SETS = ("tuned", "held_out", *BLIND)
TARGET = {"snils": 99, "inn": 99, "card": 99, "name": 95, "address": 95}
NAMES = {"snils": "мой снилс", "inn": "инн", "passport": "паспорт", "phone": "телефон"}
ORDERS = frozenset(("первые", "последние", "последняя", "третья"))  # «последняя цифра пять»: no digit of the number


def covered(value: Planted, talk: Talk, spans: Sequence[Span]) -> bool:
    """Is no letter or digit of the value left to be read?"""
    text = next(one.text for one in talk.said if one.utterance == value.utterance)
    mine = [span for span in spans if span.utterance == value.utterance]
    return all(
        not sign.isalnum() or any(span.start <= at < span.end for span in mine)
        for at, sign in enumerate(text[value.start : value.end], value.start)
    )


def named(value: Planted, spans: Sequence[Span]) -> bool:
    """Does it also bear the right name?"""
    return any(
        span.utterance == value.utterance
        and span.start < value.end
        and value.start < span.end
        and span.kind == value.kind
        for span in spans
    )


def false_words(talk: Talk, spans: Sequence[Span]) -> list[str]:
    """The masked words that are no part of what was planted."""
    found = []
    for one in talk.said:
        at = 0
        for word in one.text.split():
            start = one.text.index(word, at)
            at = start + len(word)
            masked = any(span.utterance == one.utterance and span.start < at and start < span.end for span in spans)
            meant = any(v.utterance == one.utterance and v.start < at and start < v.end for v in talk.planted)
            if masked and not meant:
                found.append(word)
    return found


def words_in(talk: Talk) -> int:
    return sum(len(one.text.split()) for one in talk.said)


def measure(name: str, talks: Iterable[Talk], figures: dict[str, Figure], *, missed: bool) -> None:
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    took_ms: list[float] = []
    hits = masked = 0
    for talk in talks:
        began = time.perf_counter()
        spans = find(talk.said)
        took_ms.append((time.perf_counter() - began) * 1000)
        wrong = false_words(talk, spans)
        masked += len(spans)
        hits += sum(
            any(v.utterance == s.utterance and v.start < s.end and s.start < v.end for v in talk.planted) for s in spans
        )
        for value in talk.planted:
            counts = found[value.kind, talk.way]
            counts["all"] += 1
            counts["covered"] += (whole := covered(value, talk, spans))
            counts["named"] += whole and named(value, spans)
            if missed and not whole:
                text = next(one.text for one in talk.said if one.utterance == value.utterance)
                show(talk, f"{value.kind} «{text[value.start : value.end]}»", spans)
        if missed and wrong:
            print("  beside:", " ".join(wrong), "|", " / ".join(one.text for one in talk.said))
    table = Table(
        f"Recall, {name}: the whole value is masked",
        ["kind", "n", "typed %", "heard %", "both %", "target", "right name %"],
    )
    for kind in sorted({kind for kind, _ in found}):
        typed, heard = found[kind, "typed"], found[kind, "heard"]
        both = typed + heard
        recall = 100 * both["covered"] / both["all"]
        shares = (100 * way["covered"] / way["all"] if way["all"] else 0.0 for way in (typed, heard))
        target = f"≥ {TARGET[kind]}" if kind in TARGET else ""
        table.add(kind, both["all"], *shares, recall, target, 100 * both["named"] / max(1, both["covered"]))
        figures[f"{name}: recall of {kind}"] = ratio(recall, "%", both["all"])
    table.print()
    precision = 100 * hits / max(1, masked)
    figures[f"{name}: precision"] = ratio(precision, "%", masked)
    figures[f"{name}: time of one talk"] = spread(took_ms, "ms")
    print(f"Precision: {precision:.1f} % of {masked} spans touch personal data\n")


def measure_spoken(figures: dict[str, Figure], *, missed: bool) -> None:
    """bench/wordings/numbers.yaml: with corrections, in several breaths; whether a word of a number is left."""
    table = Table("Spoken numbers with corrections and in pieces: no digit of them is left", ["said", "n", "%"])
    for way, name in (("when the dialog asks", False), ("behind its name", True), ("by itself", False)):
        whole = []
        for number in spoken_numbers():
            if number.kind in NAMES and number.value:
                said = [f"{NAMES[number.kind]} " * (name and n == 0) + one for n, one in enumerate(number.said)]
                asked = number.kind if way.startswith("when") else ""
                talk = Talk(
                    tuple(
                        Said(utterance=n, side="caller", text=heard_plainly(one), asked=asked)
                        for n, one in enumerate(said)
                    )
                )
                spans = find(talk.said)
                left = [
                    one for one in talk.said for word in _open(one, spans) if is_number(word) and word not in ORDERS
                ]
                whole.append(not left)
                if missed and left:
                    show(talk, "left", spans)
        table.add(way, len(whole), 100 * sum(whole) / len(whole))
        figures[f"spoken numbers {way}"] = ratio(100 * sum(whole) / len(whole), "%", len(whole))
    table.print()


def _open(one: Said, spans: Sequence[Span]) -> list[str]:
    return words(re.sub(r"\[.*?\]", " ", masked_text(one.text, [s for s in spans if s.utterance == one.utterance])))


def measure_clean(name: str, talks: Iterable[Talk], figures: dict[str, Figure], *, missed: bool) -> None:
    table = Table(
        f"False masking, {name}: in talk without personal data",
        ["said by", "utterances", "words", "masked words", "per 1,000"],
    )
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for talk in talks:
        spans = find(talk.said)
        wrong = false_words(talk, spans)
        count = counts[talk.said[-1].side]
        count["utterances"] += 1
        count["words"] += words_in(talk)
        count["wrong"] += len(wrong)
        if missed and wrong:
            show(talk, "masked falsely", spans)
    for side, count in [*counts.items(), ("all", sum(counts.values(), Counter()))]:
        rate = 1000 * count["wrong"] / count["words"]
        table.add(side, count["utterances"], count["words"], count["wrong"], rate)
        figures[f"{name}: false masking: {side}"] = ratio(rate, "words of 1,000", count["words"])
    table.print()


def show(talk: Talk, what: str, spans: Sequence[Span]) -> None:
    found = ", ".join(
        f"{span.kind}:{one.text[span.start : span.end]}"
        for span in spans
        for one in talk.said
        if one.utterance == span.utterance
    )
    print(f"  {what} ({talk.way}): {' / '.join(one.text for one in talk.said)} -> {found or 'nothing'}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--set", choices=SETS, help="only this set; all")
    options.add_argument("--missed", action="store_true", help="show what was missed")
    chosen = options.parse_args()
    print(machine())
    figures: dict[str, Figure] = {}
    for name in (chosen.set,) if chosen.set else SETS:
        measure(name, blind(name) if name in BLIND else planted(name), figures, missed=chosen.missed)
    if chosen.set not in BLIND:
        measure_spoken(figures, missed=chosen.missed)
        measure_clean("seen", clean(), figures, missed=chosen.missed)
    for name in BLIND:
        if chosen.set in (None, name):
            measure_clean(name, blind_clean(name), figures, missed=chosen.missed)
    if not chosen.set:
        print(save("masking", figures))


if __name__ == "__main__":
    main()
