"""From an untouched delivery to typed rows of a shape: decode, map, check, set bad rows aside, say what is covered."""
