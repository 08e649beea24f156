"""What is looked at from time to time: a site, a certificate, a list, a table, a query, a mailbox."""

from executions.services.probing.looking import look

__all__ = ["look"]
