"""Outside services that speak REST: a table for each, and one client that reads the tables."""
