"""How well policies are read: labels of sentences, statements, speed; each against data that was not trained on."""
