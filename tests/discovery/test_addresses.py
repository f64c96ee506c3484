"""What a variable's name and value say of an address, in every form that services read."""

import pytest

from windtunnel.discovery.addresses import AddressLead, is_tls, lead, usual_port
from windtunnel.discovery.findings import Variable


def led(name: str, value: str = "", **others: str) -> AddressLead | None:
    known = {each: Variable(each, text, "") for each, text in ({name: value} | others).items()}
    return lead(known[name], known)


@pytest.mark.parametrize(
    ("value", "protocol", "host", "port", "template"),
    [
        ("postgresql+asyncpg://a:b@db/x", "postgresql", "db", 5432, "postgresql+asyncpg://a:b@{address}/x"),
        ("db+postgresql://db/x", "postgresql", "db", 5432, "db+postgresql://{address}/x"),
        ("jdbc:postgresql://db:5433/x?a=b", "postgresql", "db", 5433, "jdbc:postgresql://{address}/x?a=b"),
        ("jdbc:sqlserver://db;databaseName=x", "tcp", "db", 1433, "jdbc:sqlserver://{address};databaseName=x"),
        ("host=db user=ann", "postgresql", "db", 5432, "host={host} user=ann port={port}"),
        ("ann:pw@tcp(db)/x", "tcp", "db", 3306, "ann:pw@tcp({address})/x"),
        ("mysql2://db/x", "tcp", "db", 3306, "mysql2://{address}/x"),
        ("mongodb://a:1,b:2,c/x?replicaSet=r", "tcp", "a", 1, "mongodb://{address}/x?replicaSet=r"),
        ("redis://:pw@cache/0", "redis", "cache", 6379, "redis://:pw@{address}/0"),
        ("amqp://guest:guest@broker:5672//", "tcp", "broker", 5672, "amqp://guest:guest@{address}//"),
        ("amqps://broker", "tcp", "broker", 5671, "amqps://{address}"),
        ("nats://nats", "tcp", "nats", 4222, "nats://{address}"),
        ("smtp://mail", "tcp", "mail", 25, "smtp://{address}"),
        ("mqtt://broker", "tcp", "broker", 1883, "mqtt://{address}"),
        ("kafka1:9092,kafka2:9092", "tcp", "kafka1", 9092, "{address}"),
        ("memcached:11211", "tcp", "memcached", 11211, "{address}"),
        ("http://[::1]:9000/v1", "http", "::1", 9000, "http://{address}/v1"),
    ],
)  # fmt: skip
def test_a_value_says_it(value: str, protocol: str, host: str, port: int, template: str) -> None:
    found = led("X", value)
    assert found is not None
    assert (found.protocol, found.host, found.port) == (protocol, host, port)
    assert found.template == template


@pytest.mark.parametrize(
    ("name", "protocol", "template"),
    [
        ("PAYMENT_URL", "http", "http://{address}"),
        ("DATABASE_URL", "postgresql", "postgresql://{address}"),
        ("MYSQL_DATABASE_URL", "tcp", "mysql://{address}"),
        ("RABBITMQ_URL", "tcp", "amqp://{address}"),
        ("MONGO_URI", "tcp", "mongodb://{address}"),
        ("KAFKA_BROKERS", "tcp", "{address}"),
        ("S3_ENDPOINT", "http", "http://{address}"),
        ("REDIS_ADDR", "redis", "{address}"),
    ],
)
def test_a_name_without_a_value_says_it(name: str, protocol: str, template: str) -> None:
    found = led(name)
    assert found is not None
    assert (found.protocol, found.template) == (protocol, template)


def test_a_host_goes_with_its_port() -> None:
    found = led("SMTP_HOST", "mail", SMTP_PORT="587")
    assert found == AddressLead("tcp", "{host}", "mail", 587, is_guess=True)
    found = led("MAILER_ADDR", "mail", MAILER_PORT="587")
    assert found is not None
    assert (found.template, found.port) == ("{host}", 587)
    alone = led("SMTP_HOST", "mail")
    assert alone is not None
    assert (alone.template, alone.is_bare_host) == ("{address}", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "0.0.0.0"),  # noqa: S104 - what a service binds
        ("PUBLIC_URL", "http://shop.internal"),
        ("CSRF_TRUSTED_ORIGINS", "https://shop.internal"),
        ("HTTP_PROXY", "http://proxy:3128"),
        ("DB_URL", "sqlite:///data/db.sqlite3"),
        ("DB_URL", "jdbc:h2:mem:x"),
        ("CACHE_URL", "file:///var/cache"),
        ("LOG_FILE", "/var/log/a.log"),
        ("SMTP_HOST", "not a host"),
        ("NAME", ""),
    ],
)
def test_what_is_no_address_of_a_dependency_leads_nowhere(name: str, value: str) -> None:
    assert led(name, value) is None


def test_schemes_of_tls_are_told() -> None:
    assert is_tls("https")
    assert is_tls("amqps")
    assert not is_tls("amqp")
    assert usual_port("db+mysql") == 3306
