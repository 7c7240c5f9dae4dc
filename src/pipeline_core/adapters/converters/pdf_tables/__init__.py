"""Tables of PDF pages, read from where their lines are drawn and where their words stand.

The parser tells tables from the text alone: it takes prose for tables, tears rows whose cells have several lines, and
loses columns. Here lines that are drawn make the cells where there are any; where there are few, the gaps between the
words make the columns. What cannot be told for sure stays as the parser has it.
"""
