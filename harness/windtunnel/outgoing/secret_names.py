"""Which names are those of secrets: of variables, headers, options and parts of a query."""

import re
from collections.abc import Collection
from fnmatch import fnmatchcase
from itertools import pairwise

_WORDS = frozenset(
    {
        *("accesskey", "apikey", "auth", "authorization", "authtoken", "bearer", "clientsecret"),
        *("cookie", "cookies", "credential", "credentials", "encryptionkey", "jwt", "masterauth"),
        *("masterkey", "pass", "passphrase", "passwd", "password", "passwords", "privatekey"),
        *("pw", "pwd", "requirepass", "secret", "secretkey", "secrets", "sessionid", "sig"),
        *("signature", "signingkey", "token", "xapikey"),
    }
)
_PARTS = frozenset({"pass", "auth", "sig", "pw"})
"""Secrets only as a part of a longer name, such as DB_PASS: alone they are words like others."""
_COMPOUND = re.compile(
    r"(?:password|passwd|passphrase|secret|token|apikey"
    r"|(?:admin|db|ftp|ldap|mail|my|mysql|pg|proxy|redis|root|smtp|ssh|user)pass"
    r"|(?:access|account|admin|aes|app|cipher|crypt|decryption|deploy|encryption|fernet|hmac|jwt"
    r"|license|master|private|secret|service|session|shared|signing|ssh|storage|subscription)key)$"
)
"""Ends of words, or of two words together, that a secret's name has: PGPASSWORD, FERNET_KEY."""
_ABOUT = frozenset(
    {
        *("age", "count", "enabled", "endpoint", "file", "header", "host", "length", "name"),
        *("path", "port", "seconds", "sock", "socket", "timeout", "ttl", "type", "uri", "url"),
        *("address", "algorithm", "audience", "backend", "bucket", "burst", "capacity", "class"),
        *("dir", "directory", "disabled", "domain", "driver", "error", "errors", "expiry"),
        *("format", "hours", "httponly", "interval", "issuer", "lifetime", "limit", "limits"),
        *("max", "method", "min", "minutes", "mode", "ms", "optional", "policy", "provider"),
        *("rate", "realm", "region", "required", "retries", "samesite", "scheme", "scope"),
        *("secure", "server", "service", "services", "size", "status", "store", "version"),
        # A file is no secret because of what it is about.
        *("go", "html", "java", "js", "json", "log", "md", "mjs", "py", "rb", "rs", "toml", "ts"),
        *("txt", "yaml", "yml"),
    }
)
"""Last words of what is said about a secret and is none: TOKEN_URL, COOKIE_MAX_AGE."""
_NAME = re.compile(r"[\w.-]{1,64}")
_LAST = 3
"""Words at a name's end of which one must be a secret's: what has more is a sentence."""
HINT = re.compile(r"(?i)key|secret|token|pass|pw|auth|cookie|cred|jwt|sig|session|bearer")
"""Found in every text that names a secret: most texts don't, and need no closer look."""
_SPLIT = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_secret(name: str, more: Collection[str] = ()) -> bool:
    """Return whether a name is that of a secret; `more` are further names, `*` for anything."""
    lower = name.lower()
    if any(fnmatchcase(lower, each.lower()) for each in more):
        return True
    if not HINT.search(name) or not _NAME.fullmatch(name):
        return False
    words = [each.lower() for each in _SPLIT.findall(name)][-_LAST:]
    # PWD is the shell's working directory; DB_PWD and pwd are none.
    if not words or words[-1] in _ABOUT or name == "PWD":
        return False
    if len(words) == 1 and words[0] in _PARTS:
        return False
    found = (*words, *(a + b for a, b in pairwise(words)))
    return any(word in _WORDS or _COMPOUND.search(word) for word in found)


def is_query_secret(name: str) -> bool:
    """Return whether a name that is a word elsewhere is a secret's in a URL's query: `?sig=`."""
    return name.lower() in _PARTS
