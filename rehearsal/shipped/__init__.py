"""What a rehearsal adds to the unpacked bundle: a source that does as the prompt says, and routes of a careless app."""
