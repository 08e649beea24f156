"""What may be asked of the service desk and done there. Each module has a verb or a few of one kind."""
