"""Masks secrets in a text: by their name, by their shape, and where a value is known.

Pure: the same text always gives the same. What is masked already stays as it is.
"""

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from windtunnel.outgoing.known_values import is_learnt, is_within_words
from windtunnel.outgoing.prose import ids_of_tests, is_prose
from windtunnel.outgoing.secret_names import HINT, is_query_secret, is_secret

MASK = "***"

_VALUE = re.compile(
    r"b?\"(?:[^\"\\\n]|\\.)*\"|b?'(?:[^'\\\n]|\\.)*'|\\\"(?:(?!\\\").)*\\\""
    # A semicolon ends a value where another name, a blank or the text's end follows.
    r"|(?:[^\s\"'&;,<>\\)\]}|`]|;(?=[^\s\"'&;,<>\\)\]}|`])(?![\w .-]{1,40}=))+"
)
_NO_SECRETS = {"true", "false", "null", "none", "yes", "no", "on", "off"}
# Each repetition that may begin anywhere is bounded: a text of megabytes must not take minutes.
_NAMED = re.compile(
    r"(?<![A-Za-z_])(?P<name>[A-Za-z_][\w.-]{0,63})"
    r"(?P<between>\\?[\"']\s{0,3},\s{0,3}(?=b?[\"'])"
    r"|\\?[\"']?(?:[ \t]{0,64}|\s{0,3})(?:=|:(?!:)|%3[dD])[ \t]{0,64}(?:\r?\n[ \t]{0,3})?)"
)
_OPTION = re.compile(r"(?<![\w-])(?P<name>--?[A-Za-z][\w-]{0,63})(?P<between>[ \t]{1,3})(?!-)")
_HEADER = re.compile(
    r"(?i)(?P<head>\b(?:proxy-)?authorization|\b(?:set-)?cookie(?=\s{0,3}:\s{0,3}[^\s=;\"']{1,256}=))"
    r"(?P<between>\s{0,3}:\s{0,3})(?P<value>[^\"'\r\n\\]+)"
)
_SCHEME = re.compile(r"(?i)\b(?P<head>bearer|basic|digest|negotiate)\s+(?P<value>[\w.~+/=-]{6,})")
_SERVER_SETTING = re.compile(
    r"(?i)(?P<head>\b(?:requirepass|masterauth)[ \t]{1,64}[\"']?)(?P<value>[^\s\"']+)"
)
_ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z][\w.-]{0,63})(?P<rest>(?:\s[^<>]{0,200})?>)(?P<value>[^<>]+)(?=</)"
)
_LOGIN = re.compile(
    r"(?P<head>\bcurl\b[^\n]{0,300}?[ \t'\"](?:-u|-U|--user|--proxy-user)[ \t=,'\"]{0,6}"
    r"[^\s:'\"]{1,64}:)(?P<value>[^\s'\"]+)"
)
_STATEMENT = re.compile(
    r"(?i)(?P<head>\b(?:password|identified\s{1,3}by)\s{1,3}')(?:[^'\n]|''){1,256}(?=')"
)
"""Of SQL: `ALTER ROLE app PASSWORD 'x'`, `CREATE USER app IDENTIFIED BY 'x'`."""
_MYSQL = re.compile(
    r"(?P<head>\b(?:mysql|mariadb)[\w-]{0,20}[^\n]{0,300}?[ \t'\"]-p)(?!-)[^\s'\",]+"
)
_IN_URL = re.compile(
    r"(?P<head>\b[A-Za-z][\w+.-]{0,30}://)(?:(?P<user>[^\s/:@\"'?#]*):(?P<value>[^\s/@\"'?#]+)|[^\s/:@\"'?#]{16,})@"
)
_SHAPES = re.compile(
    r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?"
    r"|\bgh[oprsu]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeprs]-[\w-]{10,}"
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}|\b[rs]k_(?:live|test)_\w{10,}"
    r"|\bsk-[\w-]{20,}|\bnpm_\w{30,}|\bpypi-[\w-]{16,}|\bhf_\w{20,}|\bSG\.[\w-]{16,}\.[\w-]{16,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


class Masking:
    """What is masked: names by rule and `names` beside, shapes, and known `values`."""

    def __init__(
        self,
        names: Iterable[str] = (),
        values: Iterable[str] = (),
        *,
        spared: Iterable[str] = (),
        shows_all: bool = False,
    ) -> None:
        self.names = tuple(names)
        self.values = frozenset(values)
        self.spared = frozenset(spared)
        """Names of ours that stay, such as a dependency's, whatever value is the same."""
        self.shows_all = shows_all
        """Masks nothing."""

    def __repr__(self) -> str:
        return "<Masking, nothing>" if self.shows_all else f"<Masking, {len(self.values)} values>"

    def also(self, names: Iterable[str], *, shows_all: bool) -> "Masking":
        """Return one that masks further names, or nothing."""
        return self._with(
            (*self.names, *names), self.values, self.spared, shows_all or self.shows_all
        )

    def sparing(self, words: Iterable[str]) -> "Masking":
        """Return one to which these words are secrets beside a secret's name only."""
        return self._with(self.names, self.values, self.spared.union(words), self.shows_all)

    def knowing(self, variables: Mapping[str, str]) -> "Masking":
        """Return one that knows the values of these variables, as far as their names are secrets'.

        Ordinary words and numbers are not learnt: they are masked beside their name only.
        """
        found = {
            value
            for name, value in variables.items()
            if self.hides(name) and is_learnt(name, value)
        }
        if found <= self.values:
            return self
        return self._with(self.names, self.values | found, self.spared, self.shows_all)

    def learning(self, values: Iterable[str]) -> "Masking":
        """Return one that knows these secrets, whatever their names; words and numbers are none."""
        found = {value for value in values if is_learnt("", value)}
        return self._with(self.names, self.values | found, self.spared, self.shows_all)

    def hides(self, name: str) -> bool:
        """Return whether what has this name is masked."""
        return not self.shows_all and is_secret(name, self.names)

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        if self.shows_all or not text:
            return text
        if self._known is not None:
            text = _outside_ids(self._known, lambda found: MASK, text)
        if HINT.search(text) or self.names:
            text = _outside_ids(_HEADER, _header, text)
            text = self._without_named(_NAMED, text)
            text = self._without_named(_OPTION, text)
            text = _outside_ids(_SCHEME, _credentials, text)
            text = _SERVER_SETTING.sub(rf"\g<head>{MASK}", text)
            text = _ELEMENT.sub(self._element, text)
        if "'" in text:
            text = _STATEMENT.sub(rf"\g<head>{MASK}", text)
        if "mysql" in text or "mariadb" in text:
            text = _MYSQL.sub(rf"\g<head>{MASK}", text)
        if "curl" in text:
            text = _LOGIN.sub(rf"\g<head>{MASK}", text)
        if "://" in text:
            text = _IN_URL.sub(_login, text)
        return _SHAPES.sub(MASK, text)

    def argument(self, option: str, name: str, value: str) -> str:
        """Return the word of a command line that gives `value`, quoted for a shell.

        A secret's, or one with a secret in it, is the variable of the last part of `name`, for
        whoever runs the command to set.
        """
        if not self.hides(name) and self.text(value) == value:
            return shlex.quote(f"{option}{name}={value}")
        return f'{shlex.quote(f"{option}{name}=")}"${_variable(name).upper()}"'

    def _with(
        self,
        names: Iterable[str],
        values: Iterable[str],
        spared: Iterable[str],
        shows_all: bool,  # noqa: FBT001 - private
    ) -> "Masking":
        return Masking(names, values, spared=spared, shows_all=shows_all)

    @cached_property
    def _known(self) -> re.Pattern[str] | None:
        known = self.values - self.spared
        forms = {form: is_within_words(value) for value in known for form in _forms(value)}
        patterns = [
            re.escape(form) if forms[form] else rf"(?<!\w){re.escape(form)}(?!\w)"
            for form in sorted(forms, key=len, reverse=True)
        ]
        return re.compile("|".join(patterns)) if patterns else None

    def _without_named(self, pattern: re.Pattern[str], text: str) -> str:
        ids = ids_of_tests(text)
        parts, kept, place = [], 0, 0
        while named := pattern.search(text, place):
            # What stands beside another name may hold a name itself, as a URL does.
            place = named.end()
            if named.start("name") in ids or not self._is_named(named):
                continue
            if found := _VALUE.match(text, place):
                if is_prose(named, found) and not self._is_added(named["name"]):
                    continue
                parts += [text[kept:place], _masked(named, found[0])]
                kept = place = found.end()
        return "".join([*parts, text[kept:]])

    def _is_named(self, named: re.Match[str]) -> bool:
        before = named.string[max(0, named.start() - len("&amp;")) : named.start()]
        if before.endswith(("?", "&", "&amp;")) and is_query_secret(named["name"]):
            return True
        return is_secret(named["name"].lstrip("-"), self.names)

    def _is_added(self, name: str) -> bool:
        return is_secret(name, self.names) and not is_secret(name)

    def _element(self, found: re.Match[str]) -> str:
        if not is_secret(found["name"], self.names):
            return found[0]
        return f"<{found['name']}{found['rest']}{MASK}"


def _masked(named: re.Match[str], value: str) -> str:
    opening = re.match(r"b?\\?[\"']", value)
    is_key = named["between"].lstrip("\\")[:1] in {"'", '"'}
    if is_key and not opening:
        return value  # a key of JSON with a number or a list: nothing that looks like a secret
    if value.strip("\\\"'").upper() == f"${_variable(named['name'])}".upper():
        return value  # a command line that names the variable
    if value.lower() in _NO_SECRETS:
        return value
    if opening is None:
        return MASK
    return f"{opening[0]}{MASK}{opening[0].lstrip('b')}"


def _variable(name: str) -> str:
    return re.sub(r"\W", "_", name.rpartition(".")[2].lstrip("-"))


def _forms(value: str) -> set[str]:
    """Return a value as it may stand in a text: as it is, or written for JSON, a URL or HTML."""
    # Every command masks what it prints, and few know a value: `windtunnel --help` is to be quick.
    import json  # noqa: PLC0415 - the reason above
    from html import escape  # noqa: PLC0415 - the same
    from urllib.parse import quote, quote_plus  # noqa: PLC0415 - the same

    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        repr(value)[1:-1],
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
        escape(value),
    }


def _outside_ids(
    pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str], text: str
) -> str:
    """Replace what the pattern finds, but in tests' names."""
    ids = ids_of_tests(text)
    return pattern.sub(lambda found: found[0] if found.start() in ids else replace(found), text)


def _header(found: re.Match[str]) -> str:
    return f"{found['head']}{found['between']}{MASK}"


def _credentials(found: re.Match[str]) -> str:
    # "Basic authentication" is a word, not a login.
    if not re.search(r"[A-Z0-9=_~+/]", found["value"]):
        return found[0]
    return f"{found['head']} {MASK}"


def _login(found: re.Match[str]) -> str:
    user = found["user"]
    return f"{found['head']}{MASK if user is None else f'{user}:{MASK}'}@"
