"""Pages for everybody who may log in, outside of the admin: tickets and executors, by the same services as the API."""
