"""Measured calls that are made up: by day and hour as people call, by topic with a long tail, some call again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from voice.archive.archive import Archive
from voice.archive.tables import Calls, Figures, Finished, Steps, Traces
from voice.dialog.script import Script

DAYS = 365
CHUNK = 2_000
OUTCOMES = ("solved", "registered", "transferred", "abandoned", "failed")
BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 8, 14, 20, 22, 21, 18, 17, 18, 17, 15, 13, 11, 9, 7, 5, 3, 2)
NOISES = ("", "", "", "", "", "", "", "noisy", "quiet", "loud")


def fill(archive: Archive, script: Script, count: int, *, days: int = DAYS, seed: int = 7) -> None:
    """Put `count` calls of the last `days` into an empty archive; nothing is said in them."""
    random = Random(seed)
    rows = calls(script, count, days, random, archive.now())
    batch: dict[type, list[dict[str, Any]]] = {Calls: [], Figures: [], Steps: [], Traces: [], Finished: []}
    with archive.engine.begin() as connection:
        for made in rows:
            for table, new in made.items():
                batch[table] += new
            if len(batch[Calls]) >= CHUNK:
                for table in batch:
                    connection.execute(insert(table), batch[table])
                    batch[table] = []
        for table, left in batch.items():
            if left:
                connection.execute(insert(table), left)


def calls(
    script: Script, count: int, days: int, random: Random, now: datetime
) -> Iterator[dict[type, list[dict[str, Any]]]]:
    """The rows of each call, by table: of the last `days`, the day of `now` the last of them."""
    lines = list(script.lines)
    topics = [option.intent for option in script.topics if not option.page]
    weights = [1 / (n + 1) for n in range(len(topics))]
    steps = [step.id for step in script.steps.values() if step.ask]
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    for started_at in sorted(_begins(midnight, days, random) for _ in range(count)):
        call_id = UUID(int=random.getrandbits(128)).hex
        noise = random.choice(NOISES)
        outcome = random.choices(OUTCOMES, (40, 8, 28, 20, 4) if not noise else (28, 7, 38, 22, 5))[0]
        turns = random.randint(1, 9)
        misses = sum(random.random() < (0.2 if noise else 0.08) for _ in range(turns))
        waited = random.expovariate(1 / 40_000) if outcome == "transferred" else None
        topic = random.choices(topics, weights)[0] if random.random() > 0.06 else ""
        asked = random.choices(steps, k=random.randint(2, 7))
        yield {
            Calls: [
                {
                    "id": call_id,
                    "line": random.choices(lines, (70, 12, 8, 10)[: len(lines)])[0],
                    "caller": b"",
                    "caller_token": f"{random.randrange(count // 2 + 1):064d}" if random.random() > 0.1 else "",
                    "transport": random.choices(("audiosocket", "browser", "chat"), (85, 10, 5))[0],
                    "language": "ru",
                    "version": "",
                    "owner": "bench",
                    "started_at": started_at,
                    "ended_at": started_at + timedelta(seconds=random.randint(15, 400)),
                    "ended_by": "caller",
                    "reason": "",
                    "state": "complete",
                    "flaws": "",
                    "sound": "",
                    "sound_lost_ms": 0,
                }
            ],
            Figures: [
                {
                    "call": call_id,
                    "intent": topic,
                    "intents": [topic] if topic else [],
                    "outcome": outcome,
                    "language": "ru" if random.random() > 0.01 else "en",
                    "turns": turns,
                    "words": turns * 4,
                    "mean_confidence": 0.9,
                    "least_confidence": 0.6,
                    "no_match": misses,
                    "longest_no_match": min(misses, 2),
                    "no_input": 0,
                    "barge_ins": 0,
                    "repeats": 0,
                    "longest_silence_ms": 3_000,
                    "operator": outcome == "transferred" and random.random() > 0.2,
                    "asked_operator": outcome == "transferred" and random.random() > 0.4,
                    "waited_ms": waited and round(waited),
                    "solved_ms": round(random.lognormvariate(11, 0.5)) if outcome == "solved" else None,
                    "gap_ms": 600.0,
                    "noise": noise,
                    "complaint": topic == "complaint",
                    "risk": 0.1,
                    "reasons": [],
                }
            ],
            Steps: [
                {
                    "call": call_id,
                    "n": n,
                    "step": step,
                    "asked_ms": n * 9_000,
                    "left_ms": (n + 1) * 9_000,
                    "intent": "",
                    "no_match": int(random.random() < 0.1),
                    "no_input": int(random.random() < 0.05),
                    "repeats": int(random.random() < 0.03),
                }
                for n, step in enumerate(asked, 1)
            ],
            Traces: [_reply(call_id, n, random) for n in range(1, turns + 1)],
            Finished: [{"call": call_id, "at": started_at + timedelta(minutes=10)}],
        }


def _begins(midnight: datetime, days: int, random: Random) -> datetime:
    day = random.randrange(days)
    while (midnight - timedelta(day)).weekday() >= 5 and random.random() < 0.5:
        day = random.randrange(days)
    hour = random.choices(range(24), BY_HOUR)[0]
    return midnight - timedelta(day) + timedelta(hours=hour, seconds=random.randrange(3600))


def _reply(call_id: str, n: int, random: Random) -> dict[str, Any]:
    endpoint, final, made, sent = (random.lognormvariate(mean, 0.4) for mean in (6.2, 4.0, 2.3, 1.5))
    stages = {
        "speech_end->endpoint": endpoint,
        "endpoint->final": final,
        "final->intent": 1.0,
        "intent->first_sound_made": made,
        "first_sound_made->first_sound_sent": sent,
    }
    gap = sum(stages.values())
    return {"call": call_id, "n": n, "utterance": n, "stages": {**stages, "gap": gap}, "gap_ms": gap}
