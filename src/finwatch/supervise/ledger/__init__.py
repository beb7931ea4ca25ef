"""The ledger that an institution keeps of its mobile apps (金办发〔2024〕99号): entries, duties, sheets in and out."""
