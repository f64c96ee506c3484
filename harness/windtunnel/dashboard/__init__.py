"""The dashboard: a running stack shown live on a page, and faults injected and healed by hand.

It reads two witnesses and never mixes them: the wire (each dependency's tap, and what the
background traffic's callers saw) and the target's own words (its `/metrics`). It sends nothing to
a dependency.

`witnesses` looks once a second, `board` keeps what was seen, `leases` holds the faults in force,
`server` serves the page and `guard` keeps others' pages out, `discovery` and `client` are how the
commands find and address a running dashboard, and `assembly` puts the parts together.
"""
