"""What leaves the house: messages of the outbox, delivered by mail and webhook, once each."""
