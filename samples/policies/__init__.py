"""The privacy policies of the sample apps, written for them; some good, some with gaps."""
