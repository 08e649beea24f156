"""Language models: one question (`completions`), a talk with tools (`talks`, in a maker's `dialects`), embeddings."""
