"""Counts the entries of each guest."""

import os
import time

import psycopg
import redis

COUNT = (
    "INSERT INTO counts (name, entries) VALUES (%s, 1)"
    " ON CONFLICT (name) DO UPDATE SET entries = counts.entries + 1"
)


def take(cache: redis.Redis, database: psycopg.Connection) -> None:
    """Count one entry, and only then forget it."""
    if os.environ.get("COUNTING") == "pop":
        found = cache.blpop(["uncounted"], timeout=1)
        if found:
            database.execute(COUNT, (found[1].decode(),))
        return
    # One that was taken and not counted, because the database was away, is still in hand.
    name = cache.lindex("in hand", 0) or cache.blmove("uncounted", "in hand", timeout=1)
    if name:
        database.execute(COUNT, (name.decode(),))
        cache.lrem("in hand", 1, name)


def main() -> None:
    """Count for ever."""
    cache = redis.Redis.from_url(os.environ["CACHE_URL"], socket_timeout=3)
    while True:
        try:
            with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as database:
                print("counting", flush=True)
                while True:
                    take(cache, database)
        except (redis.RedisError, psycopg.Error) as error:
            print(f"away: {error!r}", flush=True)
            time.sleep(0.5)


if __name__ == "__main__":
    main()
