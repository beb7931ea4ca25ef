"""State machines over cases: the register, supervision, ledgers, complaints, shared risks; and the working-day clock.

A machine is data (``machine.py``), its form a pydantic model (``form.py``); the desk (``desk.py``) goes an arc in one
transaction. Each workflow is a folder of machines; ``machines.py`` lists them all (decision 012).
"""
