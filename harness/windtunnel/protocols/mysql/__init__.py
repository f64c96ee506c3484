"""MySQL and MariaDB, which are read as plain TCP."""
