"""PURE: workflows of n8n: reading its exports, seeing their links, turning them into definitions and back."""
