"""Pages of the admin that belong to no table."""
