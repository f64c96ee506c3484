"""What is masked in a text: by name, by shape, and by a known value; and what is not."""

import json
import time

import pytest

from windtunnel.outgoing.clean_records import clean
from windtunnel.outgoing.log_text import LogText
from windtunnel.outgoing.masking import Masking

KNOWN = Masking().knowing({"API_KEY": "planted value/1", "DEBUG": "verbose-mode", "PIN": "123"})
HEADER = "-----BEGIN RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("target(API_KEY='a b')", "target(API_KEY='***')"),
        ("GET /x?api_key=a&page=1", "GET /x?api_key=***&page=1"),
        ("redirect=http%3A//h/%26token%3Dabc", "redirect=http%3A//h/%26token%3D***"),
        ("https://user:pw@h/?token=abc", "https://user:***@h/?token=***"),
        ("postgres://u:p@h:5432/d", "postgres://u:***@h:5432/d"),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("sent Bearer abcdef123", "sent Bearer ***"),
        ("Cookie: a=1; session=2", "Cookie: ***"),
        ("{'X-Api-Key': 'abc'}", "{'X-Api-Key': '***'}"),
        ("('Authorization', 'Bearer abcdef12')", "('Authorization', '***')"),
        ("['--password', 'hunter2', '--v']", "['--password', '***', '--v']"),
        ("redis-server --requirepass hunter2 --port 1", "redis-server --requirepass *** --port 1"),
        ("dbPassword=a DB_PASS=b env.SECRET=c", "dbPassword=*** DB_PASS=*** env.SECRET=***"),
        ("the log says planted value/1.", "the log says ***."),
        ("/planted+value%2F1/", "/***/"),
        ("it was ghp_abcdefghijklmnopqrstu", "it was ***"),
        ("AKIAABCDEFGHIJKLMNOP and eyJhbGciOiJ9.eyJzdWIiOiJ.x", "*** and ***"),
        ("PGPASSWORD=a SSHPASS=b DBPASSWORD=c", "PGPASSWORD=*** SSHPASS=*** DBPASSWORD=***"),
        ("accesstoken=a&csrftoken=b", "accesstoken=***&csrftoken=***"),
        ("AccountKey=ab/c==;EndpointSuffix=d", "AccountKey=***;EndpointSuffix=d"),
        ("FERNET_KEY=a PASSWORD=p;ss", "FERNET_KEY=*** PASSWORD=***"),
        (f"password{' ' * 30}= x", f"password{' ' * 30}= ***"),
        ('requirepass "x" &amp;sig=b', 'requirepass "***" &amp;sig=***'),
        ("port 1\nrequirepass x\n", "port 1\nrequirepass ***\n"),
        ("<password>x y</password>", "<password>***</password>"),
        ("curl -s -u u:pw http://h/?sig=a%2Bb&x=1", "curl -s -u u:*** http://h/?sig=***&x=1"),
        ("psql -c \"ALTER ROLE app PASSWORD 'x y'\"", "psql -c \"ALTER ROLE app PASSWORD '***'\""),
        ("create user a identified by 'it''s'", "create user a identified by '***'"),
        ("mysql -u root -phunter22 shop", "mysql -u root -p*** shop"),
        ("['mariadb-dump', '-phunter22', 'shop']", "['mariadb-dump', '-p***', 'shop']"),
        ("token: abcdef12 and X-Auth-Token: 5", "token: *** and X-Auth-Token: ***"),
        ("password: 12345678", "password: ***"),
        ("test_token=abc", "test_token=***"),
        (f"{HEADER}\nabc\n-----END RSA PRIVATE KEY-----.", "***."),
    ],
)
def test_a_secret_is_masked(text: str, masked: str) -> None:
    assert KNOWN.text(text) == masked
    assert KNOWN.text(masked) == masked


@pytest.mark.parametrize(
    "text",
    [
        "max_tokens=5 TOKEN_URL=http://h COOKIE_MAX_AGE=3 key=17 verbose-mode 123",
        "tests/test_token.py:12: in test_secret; test_token.py::test_password[a] secret::token",
        "show_secrets = true password: None",
        "PWD=/home/user SSH_AUTH_SOCK=/run/agent",
        "test_that_no_secret_is_in_it: passed",
        "PASS: 3 of 3; basic authentication; author: me; passed: 5",
        '{"token": 5, "password": null, "secrets": []}',
        '--windtunnel-setting=environment.API_KEY="$API_KEY"',
        "half-open token: 3 of 5",
        "user:1:token: 5 user:1:token:ab",
        "cookie: the breaker opened",
        "pytest 'a/test_b.py::TestC::test_x[token=abc-password: 5]'; in test_x[token=abc].",
        "tests/verbose-mode/test_a.py::test_b",
        "cache_key=a primary_key=b partition_key=c sort-key: d bypass=x compass=y tokenizer=z",
        "127.0.0.1:80 http://127.0.0.1:80/x@y",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert KNOWN.text(text) == text


def test_masked_json_is_json_still() -> None:
    said = 'password="x y" token: z'
    document = {"password": 'a"b\\c', "said": said, "token": [1, None], "n": "\x9b"}
    masked = json.loads(KNOWN.text(json.dumps(document)))
    assert masked == document | {"password": "***", "said": 'password="***" token: ***'}


def test_names_can_be_added_and_all_be_shown() -> None:
    text = "LICENCE_A=1 API_KEY=2"
    assert Masking(["licence_*"]).text(text) == "LICENCE_A=*** API_KEY=***"
    assert KNOWN.also((), shows_all=True).text(text) == text


def test_a_record_is_masked_by_its_keys_and_stays_itself_where_nothing_is_secret() -> None:
    found = clean({"API_KEY": "5", "headers": [("TOKEN", "v"), ("a", "\x1b[2J")]}, Masking())
    assert found == {"API_KEY": "***", "headers": [("TOKEN", "***"), ("a", "\\u001b[2J")]}
    same = ("a", (1, "b"))
    assert clean(same, Masking()) is same


@pytest.mark.parametrize(
    "part",
    [
        *("a-", "key: ", 'token="', "token=", "a=", "://", "eyJ-", "a.", HEADER, "a ", "curl -u "),
        *("<a>", "a.py", "test_[", "password=;", "password ", "?sig=", "token: ", "requirepass "),
    ],
)
def test_a_text_made_to_be_slow_is_masked_in_time(part: str) -> None:
    """What a target logs is a stranger's: none of it may take time that grows with its square."""

    def seconds(length: int) -> float:
        began = time.process_time()
        KNOWN.text(part * (length // len(part)))
        return time.process_time() - began

    assert seconds(80_000) < 10 * max(0.03, seconds(20_000))


def test_a_log_has_neither_secrets_nor_orders() -> None:
    said = LogText("run --password=a planted-1\x1b[2J", {"API_KEY": "planted-1"})
    assert f"{said}" == r"run --password=*** ***\u001b[2J"
