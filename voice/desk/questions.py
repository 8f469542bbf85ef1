"""What may be asked of the back office, each question one statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from voice.errors import EngineFailed


@dataclass(frozen=True, slots=True)
class Question:
    needs: tuple[str, ...]  # arguments, named so in `sql`
    sql: str  # its first row is the answer


QUESTIONS: Mapping[str, Question] = {
    "application_status": Question(
        ("number",),
        "SELECT a.number, s.code AS service_code, s.name AS service, a.stage, a.filed, a.due, a.office"
        " FROM applications a JOIN services s ON s.code = a.service WHERE a.number = :number",
    ),
    "appeal_status": Question(
        ("number",), "SELECT number, kind, subject, stage, filed, due FROM appeals WHERE number = :number"
    ),
    "outage": Question(
        ("part",),
        "SELECT part, trouble, since FROM outages WHERE part IN (:part, 'all') AND over = '' ORDER BY since DESC",
    ),
    "offices": Question(
        ("region",),
        "SELECT office, address, hours, (SELECT count(*) FROM offices WHERE region = :region) AS offices,"
        " coalesce((SELECT address FROM offices WHERE region = :region ORDER BY rowid LIMIT 1 OFFSET 1), '') AS second"
        " FROM offices WHERE region = :region ORDER BY rowid",
    ),
    "accruals": Question(
        ("inn",),
        "SELECT purpose, amount, due, (SELECT count(*) FROM accruals WHERE inn = :inn) AS accruals"
        " FROM accruals WHERE inn = :inn ORDER BY due",
    ),
    "payouts": Question(
        ("snils",),
        "SELECT payout, amount, payout_stage, due, way FROM payouts WHERE snils = :snils"
        " ORDER BY payout_stage <> 'planned', due DESC",
    ),
}


def ask(connection: sqlite3.Connection, name: str, args: Mapping[str, str]) -> Mapping[str, str] | None:
    """The facts, or None when nothing is known. Raises EngineFailed for a question that cannot be asked so."""
    question = QUESTIONS.get(name)
    if question is None:
        raise EngineFailed(f"the back office does not know the question {name!r}")
    if not args.keys() >= set(question.needs):
        raise EngineFailed(f"{name} needs {', '.join(question.needs)}, got only {sorted(args)}")
    row = connection.execute(question.sql, dict(args)).fetchone()
    return None if row is None else {key: str(value) for key, value in dict(row).items()}
