"""The command line: ``main.py`` puts the verbs together, each verb is a file, ``application.py`` is what they serve."""
