"""The embedded fault proxy, which is also the tap: Toxiproxy's API, and a record of the traffic.

`windtunnel proxy` runs it. Bytes come in at `link`, go through a `pipeline` of toxics, and leave
when they are due. `interception` lets a protocol strike single exchanges, `tls` reads handshakes,
`evidence` records both directions, `listener` accepts or turns away, `refusals` counts who was
turned away, and `control` is the control port. The toxics are in `windtunnel.toxics` and
`windtunnel.protocols`; `toxic_catalog` finds them.
"""
