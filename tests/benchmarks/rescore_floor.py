"""The SQL beside `rescore`: the same 30 rules as one statement, its scores written to a table; no reasons, no next change.

``one_pass`` aggregates all activities once; ``kth_newest`` looks up, per person and rule, the k-th newest event.
"""

from __future__ import annotations

import sqlite3
import sys

from tests.benchmarks.rescore_rules import COUNTED, DAY, FADING, NOW, TYPES

FACTS = [f"{i % 7 + 1} * (json_extract(e.fields, '$.company_size') BETWEEN {i * 50} AND {i * 50 + 400})" for i in range(10)] + [
    f"{i} * (json_extract(e.fields, '$.job_title') = 'title{i}')" for i in range(1, 6)
]


def statement(way: str) -> str:
    terms = list(FACTS)
    for i, (kind, asset, at_least, days) in enumerate(COUNTED):
        key, since, points = TYPES[kind, asset], NOW - days * DAY, i % 9 + 1
        inside = f"a.type_id = {key} AND a.occurred_at > {since}"
        half = f"exp(-0.6931471805599453 * ({NOW} - {{}}) / {30.0 * DAY})"
        if way == "one_pass":
            newest = f"MAX(CASE WHEN {inside} THEN a.occurred_at END)"
            fading = f" * COALESCE({half.format(newest)}, 0)" if i < FADING else ""
            terms.append(f"{points} * (SUM({inside}) >= {at_least}){fading}")
        else:
            last = (
                f"(SELECT occurred_at FROM activity a WHERE a.record_id = r.id AND {inside} ORDER BY occurred_at DESC LIMIT 1"
            )
            fading = f" * COALESCE({half.format(last + ')')}, 0)" if i < FADING else ""
            terms.append(f"{points} * ({last} OFFSET {at_least - 1}) IS NOT NULL){fading}")
    total = " + ".join(terms)
    source = "entity e JOIN record r ON r.entity_id = e.id"
    if way == "one_pass":
        return f"SELECT e.id, {total} AS score FROM {source} LEFT JOIN activity a ON a.record_id = r.id GROUP BY e.id"
    return f"SELECT e.id, {total} AS score FROM {source}"


if __name__ == "__main__":
    connection = sqlite3.connect(sys.argv[1])
    connection.execute("PRAGMA cache_size=-32768")
    connection.execute("CREATE TABLE IF NOT EXISTS floor (person INTEGER PRIMARY KEY, score REAL)")
    connection.execute(f"REPLACE INTO floor {statement(sys.argv[2])}")
    connection.commit()
    print(connection.execute("SELECT COUNT(*), SUM(score) FROM floor").fetchone())
