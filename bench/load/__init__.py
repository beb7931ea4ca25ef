"""200 people at work at once on a store of the country's size: PostgreSQL, ``finwatch serve``, two cores."""
