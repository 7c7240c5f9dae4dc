"""Question banks as uploaded."""

BANK = """# Insurance

## Claims

1. How long does a member have to report a theft?
   24 hours.

2. Who inspects the damage after a flood in the basement?
   An adjuster.

Q: What does the deductible reduce?
A: The payment.
"""
ALIKE = """# Again

1. How long does a member have to report the theft?
   24 hours.

2. What colour is the form?
   Green.
"""
