"""What the nodes of Wildberries have in common: parts of their configs, and how a step gathers over several runs."""
