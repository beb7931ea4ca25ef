//! Reads Android packages.
