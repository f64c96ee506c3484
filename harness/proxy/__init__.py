"""The embedded fault proxy, which is also the tap: Toxiproxy's API, and a record of the traffic.

`python -m harness.proxy` runs it. Bytes come in at `link`, go through a `pipeline` of `toxics`, and
leave when they are due; `evidence` watches both directions; `refusals` counts what a closed
listener turns away; `api` is the control port.
"""
