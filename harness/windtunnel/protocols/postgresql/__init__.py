"""PostgreSQL, which is read as plain TCP."""
