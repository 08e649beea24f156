"""How fast Naryad is on this machine: four works, beside the least that PostgreSQL costs and the same in Celery."""
