"""The engine against a second opinion: a slow one of plain dictionaries, which shares no line with it."""
