"""Conformance of circuit breakers: their properties, proved from the wire on any service."""
