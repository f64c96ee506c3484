"""The embedded fault proxy, which is also the tap: Toxiproxy's API, and a record of the traffic.

`windtunnel proxy` runs it. Bytes come in at `link`, go through a `pipeline` of `toxics`, and leave
when they are due; `http` strikes single exchanges; `evidence` watches both directions; `listener`
accepts or turns away, and `refusals` counts; `control` is the control port.
"""
