"""The pipeline in words."""
