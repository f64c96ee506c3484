"""Pictures and files say what was recorded, in forms that other programs read."""

import itertools
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.conformance.hand_made import OPENING, failed, kept, part, real, recording
from windtunnel.conformance.claims import Claims
from windtunnel.conformance.conformance_report import ConformanceReport, Observed, PropertyResult
from windtunnel.conformance.experiment_recording import Recording
from windtunnel.conformance.properties import PROPERTIES, good_probes_close, silent_while_open
from windtunnel.conformance.rendering import json_file, svg, table, text_timeline
from windtunnel.conformance.rendering.phases import phases
from windtunnel.conformance.time_bounds import TimeBounds

HEALED = recording(
    OPENING,
    part("probing", real(0.5), real(0.51)),
    part("closed", *(real(0.55 + n * 0.01) for n in range(10))),
    part("closed, a crowd", *(real(0.64 + n * 0.0001) for n in range(5)), concurrency=5),
)
LEAKY = recording(
    OPENING,
    part(silent_while_open.CROWDS, kept(0.1), real(0.2), kept(0.3)),
    part(silent_while_open.ALONE, kept(0.25)),
)


def report(*seen: Recording) -> ConformanceReport:
    results = []
    for chosen, each in zip((good_probes_close, silent_while_open), seen, strict=False):
        results.append(
            PropertyResult(
                name=chosen.PROPERTY.name,
                promise=chosen.PROPERTY.promise,
                source=chosen.PROPERTY.source,
                failure="",
                verdict=chosen.judge(each),
                recording=each,
                seconds=1.0,
            )
        )
    return ConformanceReport(
        service="python -m <service>",
        dependency="catalog",
        endpoint="/api/agents",
        backend="embedded",
        seed=7,
        claims=Claims(),
        observed=Observed(failures=3, recovery=TimeBounds(0.38, 0.42), measured=True),
        results=tuple(results),
        seconds=2.0,
    )


def test_phases_follow_from_what_reached_the_dependency() -> None:
    found = phases(HEALED)
    assert [phase.state for phase in found] == ["closed", "open", "half-open", "closed"]
    assert [round(phase.began, 2) for phase in found] == [0.0, 0.02, 0.5, 0.51]
    assert all(a.ended == b.began for a, b in itertools.pairwise(found))


def test_a_failed_probe_is_a_short_half_open_phase() -> None:
    again = recording(
        OPENING, part("probing", failed(0.5), *(kept(0.51 + n / 100) for n in range(5)))
    )
    assert [phase.state for phase in phases(again)] == ["closed", "open", "half-open", "open"]


def test_the_text_timeline_has_a_column_for_every_stretch_of_time() -> None:
    callers, catalog, breaker, axis, legend = text_timeline.draw(HEALED)
    assert (callers[:9], callers[-1]) == ("callers f", "·")
    assert (catalog[:9], catalog[-1]) == ("catalog x", "•")
    assert "█" in breaker[:-1]
    assert breaker[-1] == "─"
    assert axis.endswith("0.64 s")
    assert "half" in legend


def test_the_svg_is_well_formed_safe_and_shows_each_phase() -> None:
    drawn = svg.draw(report(HEALED, LEAKY))
    root = ET.fromstring(drawn)  # noqa: S314 - made by us a line above
    assert root.tag.endswith("svg")
    classes = [element.get("class") for element in root.iter() if element.get("class")]
    assert classes.count("half-open") >= 2  # the legend's, and the phase
    assert "name end FAIL" in classes
    assert "<script" not in drawn
    assert "prefers-color-scheme: dark" in drawn
    assert not re.search(r"\bnan\b|\binf\b", drawn)


def test_the_json_carries_verdicts_sources_and_claims(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(json_file.text(report(HEALED, LEAKY)))
    document = json.loads(path.read_text())
    assert document["version"] == json_file.VERSION
    assert document["ruling"] == "FAIL"
    assert document["observed"]["recovery"] == {"least": 0.38, "most": 0.42}
    first, second = document["results"]
    assert (first["verdict"]["ruling"], second["verdict"]["ruling"]) == ("PASS", "FAIL")
    assert all(each["source"] and "recording" not in each for each in (first, second))


def test_the_table_shows_a_timeline_of_what_fails_and_the_counts() -> None:
    made = report(HEALED, LEAKY)
    passed, broken = made.results
    assert len(table.details(passed)) == 1
    assert any("█" in line for line in table.details(broken))
    counts, breaker = table.summary(made)
    assert counts == "1 PASS, 1 FAIL, 0 INCONCLUSIVE in 2.0 s"
    assert breaker == (
        "the breaker opened after 3 failures, recovery time 0.38 to 0.42 s (measured)"
    )


def test_every_property_is_listed_with_its_source() -> None:
    listed = "\n".join(table.listing(PROPERTIES, {}))
    assert all(each.name in listed and each.source in listed for each in PROPERTIES)
