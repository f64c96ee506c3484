"""Reads what a user names as a file, up to a limit: it may be /dev/zero, or gigabytes."""

import errno
from pathlib import Path

LONGEST = 3 * 2**19
"""Bytes of a file of settings, at most."""
LARGE = 256 * 2**20
"""Bytes of a file of data, such as a history or a request's body, at most."""


def read_limited(path: Path, most: int = LONGEST) -> str:
    """Return a text in UTF-8 of at most so many bytes, without a byte order mark before it.

    OSError where it is longer or cannot be read, UnicodeDecodeError where it is none.
    """
    return read_limited_bytes(path, most).decode("utf-8-sig")


def read_limited_bytes(path: Path, most: int = LONGEST) -> bytes:
    """Return a file's content, of at most so many bytes; OSError says why there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except ValueError:  # a NUL in its name
        raise OSError(errno.EINVAL, "no file has such a name", str(path)) from None
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has over {most} bytes", str(path))
    return content
