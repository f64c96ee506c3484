"""HTTP faults: requests and answers are told apart, paired, and single ones are struck.

`framing` cuts a direction into messages, `selection` says which requests a toxic strikes, `effects`
are what it does to one exchange, and `mediator` brings them together for one connection.
"""
