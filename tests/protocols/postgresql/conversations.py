"""Messages of PostgreSQL, and whole connections made of them."""

import struct

AUTHENTICATED = b"R\0\0\0\x08\0\0\0\0"


def startup(**settings: str) -> bytes:
    words = b"".join(f"{key}\0{value}\0".encode() for key, value in settings.items())
    body = struct.pack("!i", 196608) + words + b"\0"
    return struct.pack("!i", len(body) + 4) + body


def request(code: int, *rest: int) -> bytes:
    """Return a packet without a letter: SSLRequest and the like."""
    return struct.pack(f"!{2 + len(rest)}i", 8 + 4 * len(rest), code, *rest)


SSL, GSS, CANCEL = request(80877103), request(80877104), request(80877102, 7, 7)


def message(letter: str, body: bytes = b"") -> bytes:
    return letter.encode() + struct.pack("!i", len(body) + 4) + body


def query(sql: str) -> bytes:
    return message("Q", sql.encode() + b"\0")


def parse(sql: str, name: str = "") -> bytes:
    return message("P", f"{name}\0{sql}\0".encode() + b"\0\0")


def bind(name: str = "", portal: str = "", value: bytes = b"") -> bytes:
    values = b"\0\0\0\x01" + struct.pack("!i", len(value)) + value + b"\0\0"
    return message("B", f"{portal}\0{name}\0".encode() + values)


def describe() -> bytes:
    return message("D", b"S\0")


def execute(portal: str = "") -> bytes:
    return message("E", portal.encode() + b"\0\0\0\0\0")


SYNC, FLUSH = message("S"), message("H")


def done(tag: str) -> bytes:
    return message("C", tag.encode() + b"\0")


def ready(state: str = "I") -> bytes:
    return message("Z", state.encode())


def error(sqlstate: str, severity: str = "ERROR") -> bytes:
    fields = (f"S{severity}", f"V{severity}", f"C{sqlstate}", "Mwords of a user")
    return message("E", b"".join(each.encode() + b"\0" for each in fields) + b"\0")


def row(*values: bytes) -> bytes:
    cells = b"".join(struct.pack("!i", len(value)) + value for value in values)
    return message("D", struct.pack("!h", len(values)) + cells)


def rows(*values: bytes, tag: str = "SELECT 1") -> bytes:
    return message("T", b"\0\0") + b"".join(row(each) for each in values) + done(tag)


OPENED = AUTHENTICATED + message("S", b"TimeZone\0UTC\0") + message("K", bytes(8)) + ready()

Turn = tuple[bool, bytes]
"""Bytes of the client (True) or of the server."""

CONVERSATION: list[Turn] = [
    (True, SSL),
    (False, b"N"),
    (True, startup(user="app", database="shop")),
    (False, OPENED),
    (True, query("BEGIN")),
    (False, done("BEGIN") + ready("T")),
    (True, query("SELECT text FROM notes WHERE number = 7")),
    (False, rows(b"x" * 300, b"y") + ready("T")),
    (True, parse("INSERT INTO notes VALUES ($1)", "s") + describe() + SYNC),
    (False, message("1") + message("t", b"\0\0") + message("n") + ready("T")),
    (True, bind("s", value=b"z" * 3000) + execute() + SYNC),
    (False, message("2") + done("INSERT 0 1") + message("A", b"\0\0\0\1a\0b\0") + ready("T")),
    (True, query("COMMIT")),
    (False, done("COMMIT") + ready()),
    (True, bind("s") + execute() + bind("s") + execute() + bind("s") + execute() + SYNC),
    (False, message("2") + done("INSERT 0 1") + message("2") + error("40001") + ready()),
    (True, query("COPY notes FROM STDIN")),
    (False, message("G", b"\0\0\1\0\0")),
    (True, message("d", b"a row\n" * 50) + message("c")),
    (False, done("COPY 50") + ready()),
    (True, query("UPDATE notes SET text = 'Q'; DELETE FROM notes")),
    (False, done("UPDATE 1") + message("N", b"SNOTICE\0\0") + done("DELETE 1") + ready()),
    (True, message("X")),
]
"""One of each: both kinds of queries, a transaction, an error amid a pipeline, COPY."""

EXPECTED = [
    ("STARTUP", "OK", True),
    ("BEGIN", "BEGIN", True),
    ("SELECT notes", "SELECT", False),
    ("PREPARE INSERT notes", "OK", True),
    ("INSERT notes", "INSERT", False),
    ("COMMIT", "COMMIT", True),
    ("INSERT notes", "INSERT", False),
    ("INSERT notes", "40001", False),
    ("INSERT notes", "skipped", True),
    ("COPY notes", "COPY", False),
    ("UPDATE notes; DELETE notes", "DELETE", False),
]
"""What each exchange of it asks for, its status, and whether it is no call."""
