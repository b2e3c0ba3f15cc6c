"""From an unknown organisation to settings: what its data suggest, for ops to look over and save once."""
