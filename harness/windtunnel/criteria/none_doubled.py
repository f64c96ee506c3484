"""What a database holds of one operation, it holds once."""

from collections import Counter

from windtunnel.criteria.verdict import Finding, Moment, Ruling, Verdict, decide_at_most
from windtunnel.errors import ConfigurationError, shown
from windtunnel.records import Rows
from windtunnel.records.field_values import as_text

SHOWN = 12
"""How many of the doubled ones a verdict lists."""


def none_doubled(rows: Rows, *, key: str) -> Verdict:
    """Judge that no two rows of `stack.query` have the same value in the column `key`.

    Rows without a value there (NULL) count neither way. Without any row, or where not all of them
    were kept and none is doubled, the verdict is INCONCLUSIVE.
    """
    if not isinstance(rows, Rows):
        raise ConfigurationError(f"{shown(rows)}: expected what stack.query returned")
    if key not in rows.columns:
        known = ", ".join(rows.columns) or "none"
        raise ConfigurationError(f"key={shown(key)}: no such column; there is: {known}")
    values = [as_text(each) for each in rows.column(key) if each is not None]
    doubled = {value: count for value, count in Counter(values).items() if count > 1}
    upper = float(len(doubled)) if rows.complete else float("inf")
    ruling = decide_at_most(len(doubled), upper, 0)
    needs = f"all rows; the first {len(rows)} were kept"
    if not values:
        ruling, needs = Ruling.INCONCLUSIVE, f"rows with a value in {key}"
    return Verdict(
        criterion="none doubled",
        criterion_id="none_doubled",
        mechanism="idempotency",
        subject=rows.dependency,
        ruling=ruling,
        statement=f"of {len(set(values))} values of {key} in {len(rows)} rows {len(doubled)} came"
        " more than once; allowed is none.",
        value=float(len(doubled)),
        lower=float(len(doubled)),
        upper=upper,
        unit="values",
        needs=needs if ruling is Ruling.INCONCLUSIVE else "",
        findings=(Finding("without a value", float(len(rows) - len(values)), "rows"),),
        timeline=tuple(
            # Rows are a user's own data: which value it is, the query tells.
            Moment(rows.ended, rows.dependency, f"one {key} in {count} rows", counted=True)
            for count in list(doubled.values())[:SHOWN]
        ),
    )
