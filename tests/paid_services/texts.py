"""A document of three chunks, one of which has the mark that faults are tied to."""

MARK = "certified engineer"
TEXT = """# Boiler manual

## Safety

The boiler must be serviced once every 12 months by a certified engineer.
The pressure relief valve opens at 3 bar and protects the vessel from bursting.

## Operation

Members of staff must switch the boiler off before they clean the burner.
The thermostat keeps the water at 65 degrees during the heating season.

## Storage

Spare burners are kept in the dry cabinet next to the northern entrance.
The cabinet key hangs in the office of the caretaker on the second floor.
"""
