"""The ladder: what is done, step by step, about somebody who waits for an answer (M18 to M20)."""
