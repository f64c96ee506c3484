"""Where Django, Rails, Spring, Node and Go services look for addresses is where they are found."""

from pathlib import Path

import pytest

from windtunnel.configuration import Configuration, load
from windtunnel.discovery import Findings, look, written


def seen(folder: Path, files: dict[str, str]) -> tuple[Findings, Configuration]:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    findings = look(folder)
    (folder / "windtunnel.toml").write_text(written(findings))
    return findings, load(folder)


DJANGO = """
import os, environ, dj_database_url
from decouple import config
env = environ.Env()
DATABASES = {"default": env.db("DATABASE_URL", default="postgres://ann@localhost/shop")}
CACHES = {"default": {"BACKEND": "redis", "LOCATION": env.str("CACHE_LOCATION", "redis://localhost:6380/1")}}
CELERY_BROKER_URL = "amqp://guest@localhost:5672//"
EMAIL_HOST = config("EMAIL_HOST", default="localhost")
EMAIL_PORT = config("EMAIL_PORT", default="1025", cast=int)
AWS_S3_ENDPOINT_URL = config("AWS_S3_ENDPOINT_URL", default="http://localhost:9000")
"""


def test_django_with_environ_and_decouple(tmp_path: Path) -> None:
    _, found = seen(tmp_path, {"manage.py": "", "shop/settings.py": DJANGO})
    places = {name: (each.protocol, each.upstream) for name, each in found.dependencies.items()}
    assert places == {
        "database": ("postgresql", "localhost:5432"),
        "cache": ("redis", ""),
        "celery_broker": ("tcp", "localhost:5672"),
        "email": ("tcp", "localhost:1025"),
        "aws_s3": ("http", "localhost:9000"),
    }
    broker = found.dependencies["celery_broker"].environment
    assert broker == {"CELERY_BROKER_URL": "amqp://guest@{address}//"}
    assert found.dependencies["email"].environment == {
        "EMAIL_HOST": "{host}",
        "EMAIL_PORT": "{port}",
    }


@pytest.mark.parametrize(
    ("line", "variable", "upstream"),
    [
        ("D = dj_database_url.config()", "DATABASE_URL", ""),
        ("D = dj_database_url.config(default='mysql://db.internal/a')", "DATABASE_URL",
         "db.internal:3306"),
        ("D = dj_database_url.config(env='MAIN_DB_URL')", "MAIN_DB_URL", ""),
        ("D = env.db()", "DATABASE_URL", ""),
        ("C = env.cache()", "CACHE_URL", ""),
        ("C = {'LOCATION': env('MEMCACHED_LOCATION', default='m.internal:11211')}",
         "MEMCACHED_LOCATION", "m.internal:11211"),
    ],
)  # fmt: skip
def test_what_django_reads_without_a_name_is_known(
    tmp_path: Path, line: str, variable: str, upstream: str
) -> None:
    findings, found = seen(tmp_path, {"manage.py": "", "settings.py": line + "\n"})
    (dependency,) = found.dependencies.values()
    assert variable in dependency.environment, findings.notes
    assert dependency.upstream == upstream


def test_djangos_engine_says_what_a_host_speaks_and_what_no_variable_leads_to_is_named(
    tmp_path: Path,
) -> None:
    settings = """
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ.get("SQL_HOST", "localhost"),
        "PORT": os.environ.get("SQL_PORT", "5432"),
    },
    "old": {"ENGINE": "django.db.backends.mysql", "HOST": "old.internal"},
}
CACHES = {"default": {"LOCATION": "redis://cache.internal:6379"}}
"""
    findings, found = seen(tmp_path, {"manage.py": "", "settings.py": settings})
    assert found.dependencies["sql"].protocol == "postgresql"
    said = "\n".join(findings.notes)
    assert "DATABASES names old.internal (settings.py:8)" in said
    assert "CACHES names redis://cache.internal:6379 (settings.py:10)" in said


DATABASE_YML = """
default: &default
  adapter: postgresql
  pool: <%= ENV.fetch("THREADS") { 5 } %>
  username: ann
development:
  <<: *default
  database: shop_development
  port: 5433
"""
CABLE_YML = """
production:
  adapter: redis
  url: <%= ENV.fetch("REDIS_URL") { "redis://localhost:6379/1" } %>
"""
ROUTES = """
Rails.application.routes.draw do
  get "up" => "rails/health#show"
  resources :products
  post "/orders", to: "orders#create"
end
"""
RAILS = {
    "Gemfile": 'ruby "3.3"\ngem "rails", "~> 8.0"\ngem "pg"\n',
    "config/database.yml": DATABASE_YML,
    "config/cable.yml": CABLE_YML,
    "config/routes.rb": ROUTES,
    "app/services/pay.rb": 'URL = ENV["PAYMENT_URL"] || "http://localhost:9000"\n',
}


def test_rails(tmp_path: Path) -> None:
    findings, found = seen(tmp_path, RAILS)
    assert found.command == ("bin/rails", "server", "-b", "{host}", "-p", "{port}")
    assert (found.health, found.endpoints) == ("/up", ("/products",))
    database = found.dependencies["database"]
    assert database.environment == {"DATABASE_URL": "postgresql://ann@{address}/shop_development"}
    assert database.upstream == "localhost:5433"
    assert found.dependencies["redis"].environment == {"REDIS_URL": "redis://{address}/1"}
    assert found.dependencies["payment"].upstream == "localhost:9000"
    assert findings.target is not None
    assert findings.target.framework.place == "Gemfile:2"


SPRING = {
    "pom.xml": "<project>\n<parent><groupId>org.springframework.boot</groupId></parent>\n"
    "<artifactId>spring-boot-starter-actuator</artifactId></project>\n",
    "mvnw": "",
    "src/main/java/Shop.java": '@Value("${RATES_URL:http://localhost:9100}") String rates;\n'
    '@GetMapping("/items")\n@PostMapping(value = "/orders")\n',
}
PROPERTIES = """
# a comment: redis://nobody
server.port=8080
spring.datasource.url=jdbc:postgresql://${DB_HOST:localhost}:${DB_PORT:5432}/shop
spring.data.redis.host = cache.internal
spring.data.redis.port = 6380
spring.rabbitmq.addresses=${RABBIT:amqp://guest@localhost:5672}
spring.kafka.bootstrap-servers: localhost:9092
spring.data.mongodb.uri=mongodb://localhost/shop
spring.mail.host=localhost
spring.mail.port=1025
shop.payment-url=http://localhost:9000/v1
"""
YAML = """
server: {port: 8080}
spring:
  datasource:
    url: "jdbc:postgresql://${DB_HOST:localhost}:${DB_PORT:5432}/shop"
  data:
    redis: {host: cache.internal, port: 6380}
    mongodb.uri: mongodb://localhost/shop
  rabbitmq.addresses: ${RABBIT:amqp://guest@localhost:5672}
  kafka:
    bootstrap-servers: localhost:9092
  mail:
    host: localhost
    port: 1025
---
shop:
  payment-url: http://localhost:9000/v1
"""


@pytest.mark.parametrize(("name", "text"), [("properties", PROPERTIES), ("yml", YAML)])
def test_spring(tmp_path: Path, name: str, text: str) -> None:
    files = SPRING | {f"src/main/resources/application.{name}": text}
    findings, found = seen(tmp_path, files)
    assert found.command == ("./mvnw", "-q", "spring-boot:run")
    assert found.environment == {"SERVER_PORT": "{port}", "SERVER_ADDRESS": "{host}"}
    assert (found.health, found.endpoints) == ("/actuator/health", ("/items",))
    given = {k: v for each in found.dependencies.values() for k, v in each.environment.items()}
    assert given == {
        "SPRING_DATASOURCE_URL": "jdbc:postgresql://{address}/shop",
        "DB_HOST": "{host}",
        "DB_PORT": "{port}",
        "SPRING_DATA_REDIS_HOST": "{host}",
        "SPRING_DATA_REDIS_PORT": "{port}",
        "RABBIT": "amqp://guest@{address}",
        "SPRING_KAFKA_BOOTSTRAP_SERVERS": "{address}",
        "SPRING_DATA_MONGODB_URI": "mongodb://{address}/shop",
        "SPRING_MAIL_HOST": "{host}",
        "SPRING_MAIL_PORT": "{port}",
        "SHOP_PAYMENT_URL": "http://{address}/v1",
        "RATES_URL": "http://{address}",
    }
    # One database, by whichever of its names.
    assert sum(each.protocol == "postgresql" for each in found.dependencies.values()) == 1
    assert findings.target is not None


NODE = """
const { DATABASE_URL, REDIS_HOST = 'localhost', REDIS_PORT = '6379' } = process.env;
const schema = z.object({
  STOCK_URL: z.string().url(),
});
const mail = config.get<string>('SMTP_HOST', 'mail.internal');
const port = config.get('SMTP_PORT', '587');
"""


def test_node(tmp_path: Path) -> None:
    files = {
        "server.js": NODE,
        "package.json": "{}",
        ".env.example": "STOCK_URL=http://s.internal\n",
    }
    _, found = seen(tmp_path, files)
    assert set(found.dependencies) == {"database", "redis", "stock", "smtp"}
    assert found.dependencies["smtp"].upstream == "mail.internal:587"
    assert found.dependencies["stock"].upstream == "s.internal:80"


def test_go_reads_tags(tmp_path: Path) -> None:
    source = (
        "package main\ntype C struct {\n"
        '  DB string `env:"DB_DSN,required" envDefault:"ann:pw@tcp(localhost:3306)/shop?a=b"`\n'
        '  Q string `envconfig:"NATS_URL" default:"nats://localhost"`\n'
        '  P string `env:"PG_DSN" envDefault:"host=localhost port=5433 user=ann"`\n}\n'
        "func main() {}\n"
    )
    _, found = seen(tmp_path, {"main.go": source, "go.mod": "module a\n"})
    given = {k: v for each in found.dependencies.values() for k, v in each.environment.items()}
    assert given == {
        "DB_DSN": "ann:pw@tcp({address})/shop?a=b",
        "NATS_URL": "nats://{address}",
        "PG_DSN": "host={host} port={port} user=ann",
    }
    assert found.dependencies["nats"].upstream == "localhost:4222"
    assert found.dependencies["pg"].protocol == "postgresql"
