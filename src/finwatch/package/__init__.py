"""Bytes to facts, through the native core in a confined child process."""
