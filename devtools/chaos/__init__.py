"""`dev.py chaos`: processes are killed, frozen and starved of their servers; then it is checked what became of it."""
