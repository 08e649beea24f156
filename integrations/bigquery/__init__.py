"""BigQuery: rows of datasets on their way there, and questions that workflows ask it (`docs/bigquery.md`).

Google's library is loaded by a process of its own (`child`), which lives for one request: no other grows by it.
"""
