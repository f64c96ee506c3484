"""Settings, options, markers, texts and files: what a user writes, and what they must end in.

What the property tests draw from is drawn from here too; what they check of it in more depth is
theirs.
"""

import inspect
import json
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import cast

import pytest

from tests.commands import test_any_value as options
from tests.configuration import mutations
from tests.configuration.test_any_value import SPELT, VALUES
from tests.fuzz.http_traffic import damaged
from tests.soak.surface import Here, Surface, Wrong, command, drawn, of, of_bytes, said
from windtunnel import criteria, leftovers
from windtunnel.configuration import schema
from windtunnel.configuration.resolution import parse
from windtunnel.criteria import objective
from windtunnel.dashboard import discovery, exposition
from windtunnel.errors import WindtunnelError
from windtunnel.fault_kinds import build, kinds
from windtunnel.keeper.process_keeper import PROGRAMS
from windtunnel.load import arrivals, mix_file
from windtunnel.load.destination import locate
from windtunnel.paired import fault_text
from windtunnel.plugin.criterion_marker import OF_RUNS, criterion
from windtunnel.plugin.markers import fault

SCHEMA = json.loads(schema.PUBLISHED.read_text())
MIX = b"""
[[request]]
name = "orders"
path = "/orders/{id}"
method = "POST"
body = "{id}"
weight = 2.5
timeout = 1.0
expect = [200, 404]
data = "rows.csv"
headers = { X-One = "1" }
"""
COMPOSE = b"""
services:
  web:
    build: .
    command: [python, web.py]
    environment:
      PRICES_URL: http://prices:8000
      REDIS: redis://cache:6379/0
    ports: ["127.0.0.1:8080:8080"]
    depends_on: [prices, cache]
  prices: {image: nginx, expose: [8000]}
  cache: {image: "redis:7-alpine"}
"""
HISTORY = json.dumps(
    {
        "schema": "windtunnel-history/1",
        "at": "2026-01-01T00:00:00+00:00",
        "commit": "ab",
        "head": "b",
        "base": "a",
        "fingerprint": "f",
        "machine": "m",
        "under": "u",
        "seed": 1,
        "figures": [
            {
                "endpoint": "/a",
                "name": "p99",
                "unit": "s",
                "base": 0.1,
                "head": 0.2,
                "ruling": "PASS",
                "change": 0.1,
                "lower": 0.0,
                "upper": 0.2,
            }
        ],
    }
).encode()
METRICS = b"""# TYPE windtunnel_breaker_state gauge
breaker_state{dependency="catalog",state="open"} 1
http_requests_total{endpoint="/a",status="200"} 17 1700000000
http_request_seconds_bucket{endpoint="/a",le="0.1"} 12
http_request_seconds_bucket{endpoint="/a",le="+Inf"} 17
"""
ANNOUNCED = b'{"run":"ab","host":"127.0.0.1","port":1,"token":"t","pid":1}'
PROGRAMS_NOTED = b"4000000 17.5 boot pid:[4026531836]\n1 0.0 here\n"


# Settings, options, markers and texts.


def settings_file(here: Here, content: bytes) -> str:
    return command("config", "--config", str(here.file("windtunnel.toml", content)))


def settings_drawn(number: int) -> bytes:
    text = mutations.malformed(SCHEMA, number, 1)[0].text.encode()
    return text if number % 2 else cast("bytes", drawn(damaged(text), number))


OPTIONS = [(name, case) for name in options.TRIED for case in options.cases(name)]


def option_drawn(number: int) -> list[str]:
    chance = random.Random(number)  # noqa: S311 - replayable, not secret
    name, arguments = chance.choice(OPTIONS)
    arguments = list(arguments)
    if chance.random() < 0.5:
        place = chance.randrange(len(arguments))
        head, equals, text = arguments[place].partition("=")
        if equals and head.startswith("-"):
            changed = bytes(drawn(damaged(text[:300].encode(errors="replace")), number))
            # No command line can hold a NUL.
            changed = changed.replace(b"\0", b"\1")
            arguments[place] = f"{head}={changed.decode(errors='surrogateescape')}"
    return [name, *arguments]


def option(here: Here, arguments: list[str]) -> str:
    return command(*arguments)


CONFIGURED = parse(mutations.GOOD, "windtunnel.toml")


def marker_drawn(number: int) -> pytest.Mark:
    chance = random.Random(number)  # noqa: S311 - replayable, not secret
    values = [*VALUES, *SPELT]
    if chance.random() < 0.5:
        name = chance.choice(OF_RUNS)
        parameters = [*inspect.signature(getattr(criteria, name)).parameters, "none_such"]
        some = chance.sample(parameters, min(2, len(parameters)))
        wrong: pytest.Mark = pytest.mark.criterion(
            chance.choice([name, chance.choice(values)]),
            **{each: chance.choice(values) for each in some},
        ).mark
        return wrong
    name = chance.choice(sorted(kinds()))
    given_ = {each.name: chance.choice(values) for each in kinds()[name].parameters[:2]}
    made: pytest.Mark = pytest.mark.fault(
        chance.choice([name, chance.choice(values)]),
        chance.choice(["prices", chance.choice(values)]),
        **given_,
    ).mark
    return made


def marker(here: Here, mark: pytest.Mark) -> str:
    checks: dict[str, Callable[[], object]] = {
        "criterion": partial(criterion, mark),
        "fault": partial(fault, CONFIGURED, mark),
    }
    return said(checks[mark.name], WindtunnelError)


TEXTS: dict[str, tuple[bytes, Callable[[str], object]]] = {
    "objective": (b"p99<50ms and errors<1%", objective.parse),
    "rate": (b"ramp:100-1000", lambda text: arrivals.parse(text, 10.0)),
    "fault": (b"latency catalog seconds=0.1", fault_text.parse),
    "kind": (b"latency", lambda text: build(text, "catalog", {"seconds": text})),
    "URL": (b"http://127.0.0.1:8000/a?b=c", locate),
}


def text_drawn(number: int) -> tuple[str, str]:
    name = sorted(TEXTS)[number % len(TEXTS)]
    content = bytes(drawn(damaged(TEXTS[name][0]), number))
    return name, content.decode(errors="surrogateescape")


def text(here: Here, given_: tuple[str, str]) -> str:
    name, content = given_
    if name == "URL" and not content.startswith("http://127.0.0.1:"):
        return ""  # a name that somebody would have to be asked for
    return said(partial(TEXTS[name][1], content), WindtunnelError)


# Files.


def mix(here: Here, content: bytes) -> str:
    here.file("rows.csv", b"id\n7\n8\n")
    return said(partial(mix_file.read, here.file("mix.toml", content)), WindtunnelError)


def rows(here: Here, content: bytes) -> str:
    here.file("rows.csv", content)
    return said(partial(mix_file.read, here.file("mix.toml", MIX)), WindtunnelError)


def history(here: Here, content: bytes) -> str:
    return command("history", str(here.file("kept.jsonl", content)))


def compose(here: Here, content: bytes) -> str:
    here.file("compose.yaml", content)
    here.file("web.py", b"import os\nos.environ['PRICES_URL']\n")
    return command("init")


def run_folder(here: Here, content: bytes) -> str:
    """Let `clean` and `status` read what a run would have left."""
    folder = here.folder / "windtunnel-ab-xyz"
    folder.mkdir(mode=0o700)
    (folder / "keeper.log").touch()
    (folder / PROGRAMS).write_bytes(content)
    (folder / discovery.FILE).write_bytes(content)
    before = {each.kind for each in leftovers.sweep(remove=False).leftovers if each.run == "ab"}
    if before != {"folder"}:
        raise Wrong(f"{before} of a run that started nothing")
    discovery.announced()
    return ""


def metrics(here: Here, content: bytes) -> str:
    return said(lambda: exposition.read(content.decode()), ValueError)


GOOD_TOML = mutations.toml(mutations.GOOD).encode()
GOOD_MARK = pytest.mark.fault("latency", "prices", seconds=0.1).mark

OF_VALUES: Mapping[str, Surface] = {
    "settings": Surface(settings_drawn, settings_file, GOOD_TOML),
    "options": Surface(option_drawn, option, ["config", "--schema"]),
    "markers": Surface(marker_drawn, marker, GOOD_MARK),
    "texts": Surface(text_drawn, text, ("objective", "p99<50ms")),
    "load mixes": Surface(of(of_bytes(MIX)), mix, MIX),
    "rows of a mix": Surface(of(of_bytes(b"id,a\n7,b\n8,c\n")), rows, b"id\n7\n"),
    "histories": Surface(of(of_bytes(HISTORY + b"\n")), history, HISTORY),
    "compose files": Surface(of(of_bytes(COMPOSE)), compose, COMPOSE),
    "run folders": Surface(of(of_bytes(ANNOUNCED + b"\n" + PROGRAMS_NOTED)), run_folder, b""),
    "metrics": Surface(of(of_bytes(METRICS)), metrics, METRICS),
}
