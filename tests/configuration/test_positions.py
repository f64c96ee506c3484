"""Each key is found in its line, however it is written."""

from windtunnel.configuration.positions import lines

TEXT = """\
# a comment
a = 1

b.c = [
  "]", # not the end
  "x",
]
s = \"\"\"
[not.a.table]
d = 2
\"\"\"
[t."quoted key"]
e = { f = 1, g = { h = 2 } }
[[list]]
i = 1
[[list]]
i = 2
"""


def test_each_key_is_found_in_the_line_in_which_its_statement_begins() -> None:
    assert lines(TEXT) == {
        ("a",): 2,
        ("b",): 4,
        ("b", "c"): 4,
        ("b", "c", 0): 4,
        ("b", "c", 1): 4,
        ("s",): 8,
        ("t",): 12,
        ("t", "quoted key"): 12,
        ("t", "quoted key", "e"): 13,
        ("t", "quoted key", "e", "f"): 13,
        ("t", "quoted key", "e", "g"): 13,
        ("t", "quoted key", "e", "g", "h"): 13,
        ("list",): 14,
        ("list", 0): 14,
        ("list", 0, "i"): 15,
        ("list", 1): 16,
        ("list", 1, "i"): 17,
    }
