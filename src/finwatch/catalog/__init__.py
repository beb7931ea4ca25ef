"""Knowledge as data, versioned, linted, every entry with its source."""
