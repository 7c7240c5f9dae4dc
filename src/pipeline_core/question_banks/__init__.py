"""Question banks in markdown: read into questions with their answers, topics and notes."""
