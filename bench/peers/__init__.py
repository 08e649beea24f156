"""The same works without Naryad, in Celery alone. Not a part of the product: no rule of its engine holds here."""
