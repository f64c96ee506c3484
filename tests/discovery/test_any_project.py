"""Whatever a project's files hold, what is written is a configuration that loads."""

import tempfile
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from windtunnel.configuration import parse
from windtunnel.discovery import look, written

NAMES = st.one_of(
    st.sampled_from(
        ["DATABASE_URL", "REDIS_HOST", "REDIS_PORT", "TOXIPROXY_URL", "TAP_HOST", "TARGET_URL",
         "A__B__HOST", "spring.datasource.url", "__URL", "X-Y_URL", "target-a_URL", "DB_HOST"]
    ),
    st.from_regex(r"[A-Za-z_.\-]{1,12}(_URL|_HOST|_ADDR)?", fullmatch=True),
)  # fmt: skip
HOSTS = st.sampled_from(["db", "cache", "localhost", "127.0.0.1", "a_b", "-x-", "é", "x" * 70, "0"])
VALUES = st.one_of(
    st.builds(
        lambda scheme, host, port, rest: f"{scheme}://{host}{port}{rest}",
        st.sampled_from(["http", "https", "redis", "jdbc:mysql", "amqp", "a+b"]),
        HOSTS,
        st.sampled_from(["", ":1", ":5432", ":99999"]),
        st.sampled_from(["", "/x", "/{x}?a='''\"\\"]),
    ),
    HOSTS,
    st.text(max_size=20),
)
SERVICES = st.fixed_dictionaries(
    {},
    optional={
        "image": st.sampled_from(["postgres:16", "redis", "rabbitmq", "nginx", "x/y", ""]),
        "build": st.sampled_from([".", "../x", "\0", 5]),
        "environment": st.dictionaries(NAMES, VALUES, max_size=4),
        "depends_on": st.lists(st.sampled_from(["db", "cache", "web", "none"]), max_size=3),
        "ports": st.lists(st.sampled_from(["5432:5432", "80", "1-3:1-3", 99999, {}]), max_size=2),
        "healthcheck": st.sampled_from([{"test": "curl http://localhost:80/é x"}, {"test": 5}]),
    },
)
FILES = st.fixed_dictionaries(
    {},
    optional={
        "compose.yaml": st.dictionaries(
            st.sampled_from(["web", "db", "cache", "tap", "_x", "toxiproxy", "target"]), SERVICES
        ).map(lambda services: yaml.safe_dump({"services": services})),
        "app.py": st.dictionaries(NAMES, VALUES, max_size=4).map(
            lambda given: (
                "app = Flask(__name__)\n@app.get('/é x')\n"
                + "".join(f"os.environ.get({name!r}, {value!r})\n" for name, value in given.items())
                + "os.environ.get('CONFIG', 'a.ini')\n"
            )
        ),
        "a.ini": st.dictionaries(NAMES, VALUES, max_size=4).map(
            lambda given: "[a]\n" + "".join(f"{name}={value}\n" for name, value in given.items())
        ),
        ".env": st.text(max_size=60),
        "Procfile": st.sampled_from(["web: a {x} $PORT\nworker: b 'c\n", "tap-worker: x\n"]),
    },
)


@settings(max_examples=30, deadline=None, phases=(Phase.generate, Phase.shrink))
@given(FILES)
def test_what_is_written_loads(files: dict[str, str]) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patched,
    ):
        # Compose itself takes too long for so many.
        patched.setenv("PATH", "")
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text.encode(errors="replace"))
        text = written(look(Path(folder)))
    parse(tomllib.loads(text), "windtunnel.toml")
