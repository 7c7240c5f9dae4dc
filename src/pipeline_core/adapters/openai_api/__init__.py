"""What the adapters of OpenAI-compatible endpoints share: the client, its deadline, its pace, and its errors."""
