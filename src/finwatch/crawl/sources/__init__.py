"""What markets speak, one reader a protocol, and descriptors of markets as TOML files beside them."""
