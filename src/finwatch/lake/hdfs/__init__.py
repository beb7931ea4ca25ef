"""A lake in HDFS, through ``hdfs-native``: ``lake`` is the door; ``files`` writes and reads, ``faults`` tells."""
