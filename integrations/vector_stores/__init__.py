"""Stores of texts with their vectors: Pinecone, Qdrant, Supabase. Their tables are like those of `vendors`."""
