"""Two things at once, in an order that is chosen: interleavings that a storm meets once in a million times.

Threads with connections of their own stop at failpoints, or wait for a row that the test holds, which PostgreSQL itself
tells. Nothing sleeps and nothing is left to chance. After each test all promises of the tables are checked.

| | What must hold |
|---|---|
| R1 | a worker that comes too late cannot write over what was decided without it |
| R2 | what ends during a pause is recorded, and what comes after it is held |
| R3 | parents that end at once bring their join about exactly once |
| R4 | a lease that is renewed in time is not taken away |
| R5 | a claim is either before the pause or not at all |
| R6 | what ends before the stop stays, what ends after it is thrown away |
| R7 | of several retries one is accepted |
| R8 | of several starts with one key one makes a run |
| R9 | any number of tickers and workers do each thing once |
| R10 | a worker of an earlier epoch cannot write into a later one |
| R11 | whoever claims or notes something waits for nobody who steers the run |
"""
