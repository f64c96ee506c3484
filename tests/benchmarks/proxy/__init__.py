"""Our proxy against its claims: speed beside the real toxiproxy-server, exactness, endurance."""
