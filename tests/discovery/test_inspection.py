"""What is seen of a project becomes a valid configuration that says what is only guessed."""

import json
from pathlib import Path

import pytest

from windtunnel.configuration import Configuration, load
from windtunnel.discovery import Findings, look, written

FLASK = """
import os, requests
from flask import Flask
PRICES = os.environ.get("PRICES_URL", "http://localhost:9000/v1")
app = Flask(__name__)
@app.get("/health")
def health():
    return "ok"
def fetch():
    return requests.get(PRICES).json()
@app.get("/about")
def about():
    return "about"
@app.route("/menu")
def menu():
    return fetch()
@app.route("/menu/<int:item>")
def item(item):
    return fetch()
@app.route("/orders", methods=["POST"])
def order():
    return fetch()
"""
STARLETTE = """
import redis.asyncio as redis
from pydantic_settings import BaseSettings
from starlette.applications import Starlette
from starlette.routing import Route
class Settings(BaseSettings):
    database_url: str = "postgresql+asyncpg://app:secret@localhost/app"
    redis_host: str = "localhost"
    redis_port: int = "6379"
settings = Settings()
cache = redis.Redis(settings.redis_host)
async def ready(request): ...
async def notes(request):
    return await query(settings.database_url)
async def visits(request):
    return await cache.incr("visits")
app = Starlette(routes=[Route("/ready", ready), Route("/notes", notes), Route("/visits", visits)])
"""
EXPRESS = """
const stock = process.env.STOCK_URL || 'http://localhost:9123';
app.get('/healthz', (req, res) => res.send('ok'));
app.get('/stock', async (req, res) => res.json(await (await fetch(stock)).json()));
app.listen(process.env.PORT || 3000);
"""
GO = """
package main
func main() {
	http.HandleFunc("GET /health", health)
	http.HandleFunc("/quote", quote)
	http.ListenAndServe(":8090", nil)
}
func health(w http.ResponseWriter, r *http.Request) {}
func quote(w http.ResponseWriter, r *http.Request) {
	http.Get(os.Getenv("RATES_URL"))
}
"""
COMPOSE = """
services:
  db:
    image: postgres:16
    ports: ["5433:5432"]
  web:
    build: .
    depends_on: [db, queue]
    environment:
      - DATABASE_URL=${DATABASE_URL:-postgres://app@db:5432/app}
      - QUEUE=queue:5672
  queue:
    image: rabbitmq
"""


def seen(folder: Path, files: dict[str, str]) -> tuple[Findings, Configuration, str]:
    for name, text in files.items():
        (folder / name).write_text(text)
    findings = look(folder)
    text = written(findings)
    (folder / "windtunnel.toml").write_text(text)
    return findings, load(folder), text


def test_a_flask_service(tmp_path: Path) -> None:
    files = {"app.py": FLASK, "requirements.txt": "requests\nflask==3\n"}
    findings, found, text = seen(tmp_path, files)
    assert found.command[:5] == ("{python}", "-m", "flask", "--app", "app:app")
    assert (found.health, found.endpoints) == ("/health", ("/about", "/menu"))
    prices = found.dependencies["prices"]
    assert (prices.protocol, prices.upstream) == ("http", "localhost:9000")
    assert prices.environment == {"PRICES_URL": "http://{address}/v1"}
    # /menu does not name it, but calls a function that does.
    assert prices.endpoint == "/menu"
    assert "# Flask (requirements.txt:2)" in text
    assert "GUESS" not in text
    assert not findings.notes


def test_a_starlette_service_with_settings_of_pydantic(tmp_path: Path) -> None:
    _, found, _ = seen(tmp_path, {"main.py": STARLETTE})
    assert found.command[2:4] == ("uvicorn", "main:app")
    assert found.health == "/ready"
    database, redis = found.dependencies["database"], found.dependencies["redis"]
    assert (database.protocol, database.upstream) == ("postgresql", "localhost:5432")
    assert database.environment == {"DATABASE_URL": "postgresql+asyncpg://app:secret@{address}/app"}
    assert redis.environment == {"REDIS_HOST": "{host}", "REDIS_PORT": "{port}"}
    assert (database.endpoint, redis.endpoint) == ("/notes", "/visits")
    # Windtunnel starts a Redis of its own.
    assert (redis.protocol, redis.upstream) == ("redis", "")


def test_an_express_service(tmp_path: Path) -> None:
    package = {"scripts": {"start": "node server.js"}, "dependencies": {"express": "^5"}}
    files = {"server.js": EXPRESS, "package.json": json.dumps(package)}
    _, found, text = seen(tmp_path, files)
    assert found.command == ("node", "server.js")
    assert found.environment == {"PORT": "{port}"}
    assert (found.health, found.endpoints) == ("/healthz", ("/stock",))
    assert found.dependencies["stock"].upstream == "localhost:9123"
    assert "# express (package.json:1)" in text


def test_a_go_service_that_listens_on_a_port_of_its_own(tmp_path: Path) -> None:
    findings, found, text = seen(tmp_path, {"main.go": GO, "go.mod": "module quotes\n"})
    assert (found.command, found.port) == (("go", "run", "."), 8090)
    assert (found.health, found.endpoints) == ("/health", ("/quote",))
    assert found.dependencies["rates"].environment == {"RATES_URL": "http://{address}"}
    assert found.dependencies["rates"].endpoint == "/quote"
    assert "# FILL IN: upstream" in text
    assert any("where rates runs (RATES_URL, main.go:10)" in note for note in findings.notes)


def test_a_compose_file(tmp_path: Path) -> None:
    _, found, text = seen(tmp_path, {"compose.yaml": COMPOSE})
    assert (found.service, found.command) == ("web", ())
    database, queue = found.dependencies["database"], found.dependencies["queue"]
    assert (database.service, database.upstream) == ("db", "127.0.0.1:5433")
    assert database.environment == {"DATABASE_URL": "postgres://app@{address}/app"}
    assert (queue.protocol, queue.environment) == ("tcp", {"QUEUE": "{address}"})
    assert "compose.yaml:6" in text


def test_an_empty_folder_gives_a_valid_configuration_that_says_what_to_fill_in(
    tmp_path: Path,
) -> None:
    findings, found, text = seen(tmp_path, {})
    assert found.dependencies == {}
    assert text.count("# FILL IN") == 2
    assert text.count("# GUESS") == 2
    assert len(findings.notes) == 2


def test_the_variables_of_dotenv_come_before_defaults(tmp_path: Path) -> None:
    files = {"app.py": FLASK, ".env": "export PRICES_URL='http://10.0.0.7:81'\nDEBUG=1\n"}
    assert seen(tmp_path, files)[1].dependencies["prices"].upstream == "10.0.0.7:81"


def test_what_speaks_tls_is_reported(tmp_path: Path) -> None:
    files = {"app.py": FLASK.replace("http://localhost:9000/v1", "https://prices.example.org")}
    findings, found, _ = seen(tmp_path, files)
    assert found.dependencies["prices"].protocol == "tcp"
    assert "PRICES_URL (app.py:4) speaks TLS" in findings.notes[0]


@pytest.mark.parametrize("folder", ["node_modules", "venv", "tests", ".hidden"])
def test_what_is_not_the_projects_own_code_is_not_looked_at(tmp_path: Path, folder: str) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "app.py").write_text(FLASK)
    assert look(tmp_path).target is None


def test_the_service_that_depends_on_others_is_the_target_where_none_is_built(
    tmp_path: Path,
) -> None:
    _, found, _ = seen(tmp_path, {"compose.yaml": COMPOSE.replace("build: .", "image: shop")})
    assert found.service == "web"
