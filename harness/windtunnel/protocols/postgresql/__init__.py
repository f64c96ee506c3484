"""PostgreSQL: statements as exchanges, and what its servers are asked beside the traffic."""
