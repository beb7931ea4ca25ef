"""The rules by which the crawl behaves, one a file: whom it may reach, where it may go, how often, and when again."""
