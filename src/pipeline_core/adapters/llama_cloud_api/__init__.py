"""The ``llama_cloud`` client, its errors and its deadline."""
