"""Every change: fetch, ask the engine, write, journal."""
